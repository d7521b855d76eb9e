import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { fileURLToPath } from 'node:url'
import { expect } from 'chai'
import { openGitLife } from '../../builders/git-life.ts'
import { hasGit } from '../../builders/git-repository.ts'
import { rangeRepositoryIn } from '../../builders/range-repository.ts'
import { longSeed } from '../../runner/long-runs.ts'
import { rangeText } from '../../scenarios/ranges.ts'

const KILLS = 20
const IDS = ['AA', 'BB', 'CC', 'DD']
const range = (octet: number): string => rangeText([{ name: 'DC01', vlan: 10, octet }])
/** All files of a commit say the same number. */
const filesOf = (octet: number): Readonly<Record<string, string>> =>
  Object.fromEntries(IDS.map((id) => [`ranges/${id}.yml`, range(octet)]))

describe('a process that is killed at any moment of a fetch', function () {
  this.timeout(300_000)
  before(function () {
    if (!hasGit()) this.skip()
  })

  it('leaves a commit that is whole and in force without the server, and its next life goes on', async () => {
    const folder = await mkdtemp(path.join(tmpdir(), 'lanista-killed-'))
    const random = randomFrom(longSeed ?? Date.now())
    try {
      const forge = await rangeRepositoryIn(folder)
      const git = { url: forge.bare, path: 'ranges' }
      const stateDir = path.join(folder, 'state')
      await forge.push(filesOf(1))
      expect(await (await openGitLife({ stateDir, git })).poll()).to.include({ reason: undefined })
      const life = path.join(folder, 'life.mjs')
      const builder = fileURLToPath(new URL('../../builders/git-life.js', import.meta.url))
      await writeFile(
        life,
        `import { openGitLife } from ${JSON.stringify(builder)}
const life = await openGitLife(${JSON.stringify({ stateDir, git })})
await life.poll()
process.exit(0)
`,
      )
      // How long a whole one takes, start and all, so that the moments are spread over it.
      const begun = performance.now()
      await ended(spawn(process.execPath, [life], { stdio: 'ignore' }))
      const whole = performance.now() - begun
      let pushed = 1
      for (let kill = 0; kill < KILLS; kill += 1) {
        pushed += 1
        await forge.push(filesOf(pushed))
        const child = spawn(process.execPath, [life], { stdio: 'ignore' })
        const over = ended(child)
        await new Promise((resolve) => setTimeout(resolve, random() * whole * 1.5))
        child.kill('SIGKILL')
        await over
        const next = await openGitLife({ stateDir, git })
        await next.accepting.open(new AbortController().signal)
        const seen = await Promise.all(IDS.map((id) => next.files.read(id)))
        const octets = new Set(
          seen.map((read) => (read.kind === 'ok' ? read.spec.vms[0]?.address.lastOctet : read.kind)),
        )
        expect([...octets], `kill ${kill}`).to.have.length(1)
        expect([pushed, pushed - 1], `kill ${kill}`).to.include([...octets][0])
        expect(await next.poll(), `kill ${kill}`).to.include({
          commit: forge.git('rev-parse', 'HEAD'),
          reason: undefined,
        })
      }
    } finally {
      await rm(folder, { recursive: true, force: true, maxRetries: 5 })
    }
  })
})

const ended = async (child: ChildProcess): Promise<void> => void (await once(child, 'close'))

/** 0..1, the same row for the same seed. */
function randomFrom(seed: number): () => number {
  let state = seed % 2_147_483_647
  return () => {
    state = (state * 48_271 + 11) % 2_147_483_647
    return state / 2_147_483_647
  }
}
