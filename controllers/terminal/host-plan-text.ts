import { commandOf, type FileChange, type HostPlan } from '../../model/host-migration.ts'
import { printable } from '../../model/printable.ts'
import { unifiedDiff } from '../../model/unified-diff.ts'
import { maskedConfig } from '../../reconcilers/host/rewrite-config.ts'
import type { Paint } from './paint.ts'

/** The plan of the host's move for a person: what is in the way, the differences of the files, the commands in order. */
export function hostPlanText(plan: HostPlan, configFile: string, paint: Paint): readonly string[] {
  const { files, steps, inTheWay, notes } = plan
  const diffs = files.flatMap((file) => ['', ...diffOf(file, configFile).map((line) => coloured(line, paint))])
  const commands = steps.map((step, index) => `${String(index + 1).padStart(3)}. ${commandOf(step)}`)
  return [
    ...inTheWay.map((each) => `${paint('red', 'in the way')}: ${each}`),
    ...notes.map((each) => `${paint('yellow', 'note')}: ${each}`),
    ...diffs,
    ...(commands.length === 0 ? [] : ['', 'In this order:', ...commands]),
    ...(commands.length === 0 && inTheWay.length === 0 ? ['nothing to do: this host is on the NAT VNet'] : []),
  ]
}

/** The same for a program. */
export const hostPlanJson = (plan: HostPlan, configFile: string): string =>
  JSON.stringify(
    {
      inTheWay: plan.inTheWay,
      notes: plan.notes,
      files: plan.files.map((file) => ({ path: file.path, diff: diffOf(file, configFile).join('\n') })),
      commands: plan.steps.map(commandOf),
    },
    undefined,
    2,
  )

/** The unified difference of a file, safe to show; of Ludus' configuration without any value that may be a secret. */
function diffOf({ path, before, after }: FileChange, configFile: string): readonly string[] {
  const mask = path === configFile ? maskedConfig : maskedKeys
  return unifiedDiff(mask(decoded(before)), mask(decoded(after)), path, path)
    .split('\n')
    .slice(0, -1)
    .map((line) =>
      line
        .split('\t')
        .map((part) => printable(part, 2000))
        .join('\t'),
    )
}

/** Options of interfaces(5) and of dnsmasq that hold a password. */
const maskedKeys = (text: string): string =>
  withEnd(text).replaceAll(/^(\s*[\w-]*(?:psk|key|passw|secret)[\w-]*[ \t=]+).+$/gim, '$1***')

/** A text in which each character stands for a byte, as the characters that these mean. */
const decoded = (text: string): string => Buffer.from(text, 'latin1').toString('utf8')

const withEnd = (text: string): string => (text === '' || text.endsWith('\n') ? text : `${text}\n`)

function coloured(line: string, paint: Paint): string {
  if (line.startsWith('-')) return paint('red', line)
  return line.startsWith('+') ? paint('green', line) : line
}
