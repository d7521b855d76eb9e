import { benchClones } from './clones.ts'
import { benchDeploy } from './deploy.ts'
import { benchGit } from './git.ts'
import { benchLatency } from './latency.ts'
import { benchMigration } from './migration.ts'
import { benchPage } from './page.ts'
import { benchPlacement } from './placement.ts'
import { benchValidate } from './validate.ts'

/** Name -> a benchmark that prints its own figures. */
const BENCHES: Readonly<Record<string, () => Promise<void>>> = {
  latency: benchLatency,
  clones: benchClones,
  deploy: benchDeploy,
  migration: benchMigration,
  git: benchGit,
  validate: benchValidate,
  placement: benchPlacement,
  page: benchPage,
}

const asked = process.argv.slice(2)
const unknown = asked.filter((name) => BENCHES[name] === undefined)
if (unknown.length > 0) {
  console.error(`bench: there is no ${unknown.join(', ')}; choose among ${Object.keys(BENCHES).join(', ')}`)
  process.exitCode = 1
} else {
  for (const [name, bench] of Object.entries(BENCHES)) if (asked.length === 0 || asked.includes(name)) await bench()
}
