import { duration } from '../../model/duration.ts'
import { doctorReportOf } from '../../model/doctor-report.ts'
import { printable } from '../../model/printable.ts'
import { UserError } from '../../model/user-error.ts'
import { examine } from '../doctor/examine.ts'
import { doctorText } from '../terminal/doctor-text.ts'
import type { Paint } from '../terminal/paint.ts'
import { asJson } from '../terminal/safe-json.ts'
import type { Composition } from './composition.ts'

export interface DoctorOptions {
  readonly config: string
  /** `table` or `json` */
  readonly output: string
  /** How long one look may take, such as `10s`. */
  readonly timeout: string
  /** Of the terminal; undefined where there is none. */
  readonly columns?: number | undefined
}

/** The least and the most that a look may take, in milliseconds. */
const [SHORTEST, LONGEST] = [100, 120_000]

/**
 * `lanista doctor`: whether a run would find what it depends on. Writes nothing to Proxmox.
 *
 * @returns the exit status: 0, or 1 where something fails
 */
export async function doctorCommand(
  options: DoctorOptions,
  composition: Pick<Composition, 'configSource' | 'doctor' | 'clock' | 'openLog'>,
  paint: Paint,
  print: (line: string) => void,
  signal: AbortSignal,
): Promise<number> {
  if (options.output !== 'table' && options.output !== 'json')
    throw new UserError(`-o ${printable(options.output)} is not known; choose among table, json`)
  const limit = limitOf(options.timeout)
  const { clock } = composition
  const looks = composition.doctor(composition.openLog())
  const read = () => composition.configSource(options.config).read()
  const checks = await examine(options.config, read, { looks, clock, limit }, signal)
  const report = doctorReportOf(checks, looks.lanista, clock.now())
  if (options.output === 'json') print(asJson(report))
  else for (const line of doctorText(report, paint, options.columns)) print(line)
  return report.counts.fail > 0 ? 1 : 0
}

function limitOf(text: string): number {
  const read = duration().safeParse(text)
  if (!read.success || read.data < SHORTEST || read.data > LONGEST)
    throw new UserError(`--timeout ${printable(text)}: it must be a duration from 100ms to 2m, such as 10s`)
  return read.data
}
