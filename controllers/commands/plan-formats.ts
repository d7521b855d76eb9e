import { appendFile } from 'node:fs/promises'
import { homedir, tmpdir } from 'node:os'
import { dirname, resolve } from 'node:path'
import type { PlanDocument } from '../../model/plan/plan-document.ts'
import { printable } from '../../model/printable.ts'
import { apiUrlsOf, type ServerConfig } from '../../model/server-config.ts'
import { UserError } from '../../model/user-error.ts'
import { asJson } from '../terminal/safe-json.ts'
import { concealer } from '../plan-formats/concealed.ts'
import { planGithub } from '../plan-formats/plan-github.ts'
import { planMarkdown } from '../plan-formats/plan-markdown.ts'

/** How `lanista plan` says what it found. All but `text` are for others to read. */
const FORMATS = ['text', 'markdown', 'github', 'json'] as const
export type PlanFormat = (typeof FORMATS)[number]

/** Throws `UserError` for any other. */
export function planFormatOf(format: string): PlanFormat {
  const known = FORMATS.find((name) => name === format)
  if (known === undefined)
    throw new UserError(`--format ${printable(format)} is not known; choose among ${FORMATS.join(', ')}`)
  return known
}

/**
 * Prints a plan for others. GitHub shows the summary of a job where it has named a file for that: there it gets the plan as Markdown.
 */
export async function printShared(
  document: PlanDocument,
  format: Exclude<PlanFormat, 'text'>,
  environment: NodeJS.ProcessEnv,
  print: (line: string) => void,
): Promise<void> {
  switch (format) {
    case 'json':
      return print(asJson(document))
    case 'markdown':
      return print(planMarkdown(document))
    case 'github': {
      for (const line of planGithub(document)) print(line)
      const summary = environment['GITHUB_STEP_SUMMARY']
      if (summary === undefined || summary === '') return
      await appendFile(summary, `${planMarkdown(document)}\n`).catch(() =>
        print('::warning::the summary of this job could not be written; the plan is in the log alone'),
      )
    }
  }
}

/** What makes a text of a plan one that may be told to others. */
export function concealerFor(config: ServerConfig, configFile: string): (text: string) => string {
  const strings = stringsIn(config)
  const file = resolve(configFile)
  return concealer({
    hosts: [
      ...apiUrlsOf(config),
      ...strings.filter((text) => /^[a-z][a-z0-9+.-]*:\/\//i.test(text)),
      ...(config.lanista.git === undefined ? [] : [config.lanista.git.url]),
    ],
    paths: [...strings.filter((text) => text.startsWith('/')), file, dirname(file), process.cwd(), homedir(), tmpdir()],
    secrets: [config.proxmox_token_secret, config.proxmox_token_id].flatMap((text) => text ?? []),
  })
}

const stringsIn = (value: unknown): readonly string[] => {
  if (typeof value === 'string') return [value]
  return typeof value === 'object' && value !== null ? Object.values(value).flatMap(stringsIn) : []
}
