import { networkModeOf } from '../../reconcilers/network-mode.ts'
import { planSettingsOf } from '../../model/plan-settings.ts'
import { printable } from '../../model/printable.ts'
import { UserError } from '../../model/user-error.ts'
import { fitCopies } from '../../reconcilers/range/fit-copies.ts'
import type { Composition } from './composition.ts'
import { fitText } from '../terminal/fit-text.ts'
import type { Paint } from '../terminal/paint.ts'
import { readOneFile } from './read-one-file.ts'
import { mustBeTextOrJson } from './text-or-json.ts'

export interface FitOptions {
  readonly config: string
  readonly file: string
  /** A number, as it was typed. */
  readonly copies: string
  readonly format: string
}

/** There are only so many range numbers. */
const MOST_COPIES = 153

/**
 * `lanista fit`: how many copies of a range there is room for now, and what runs out first. Writes nothing.
 *
 * @returns the exit status: 0 when all fit, 1 otherwise
 */
export async function fitCommand(
  { config: configFile, file, copies: typed, format }: FitOptions,
  composition: Composition,
  paint: Paint,
  print: (line: string) => void,
  signal: AbortSignal,
): Promise<number> {
  mustBeTextOrJson(format)
  const copies = Number(typed)
  if (!Number.isInteger(copies) || copies < 1 || copies > MOST_COPIES)
    throw new UserError(`--copies ${printable(typed)} is no number of copies; give one from 1 to ${MOST_COPIES}`)
  const spec = await readOneFile(file, composition.checker)
  const config = await composition.loadConfig(configFile)
  const settings = planSettingsOf(config)
  const { proxmox } = await composition.connect(config, composition.openLog())
  const snapshot = await proxmox.observe(signal)
  const report = fitCopies(spec, copies, snapshot, settings, networkModeOf(snapshot, settings))
  if (format === 'json') print(JSON.stringify(report, undefined, 2))
  else for (const line of fitText(file, report, paint)) print(line)
  return report.fits === copies ? 0 : 1
}
