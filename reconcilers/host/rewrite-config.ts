import { linesOf } from './interfaces-file.ts'

/** A key on the top level of Ludus' `config.yml`, and the value that it is to have. */
export interface ConfigWish {
  readonly key: 'cluster_mode' | 'sdn_zone' | 'vxlan_tag_base'
  readonly value: string | number | boolean
}

const WORDS = /^(?:y|yes|n|no|true|false|on|off|null)$/i

/**
 * Sets keys on the top level of a YAML text by its lines, so that comments, order and everything else stay to the letter:
 * of a line that has the key only the value changes, and keys that are not there come last. Whoever uses it compares what
 * both texts mean: there are texts of YAML in which this is not enough.
 */
export function rewriteConfig(text: string, wishes: readonly ConfigWish[]): string {
  const lines = [...linesOf(text)]
  const missing: string[] = []
  for (const { key, value } of wishes) {
    const pattern = new RegExp(`^(${key}\\s*:)([ \\t]+)?([^#\\r\\n]*?)((?:[ \\t]+#[^\\r\\n]*|[ \\t]*)\\r?\\n?)$`)
    const index = lines.findIndex((line) => pattern.test(line))
    if (index === -1) missing.push(`${key}: ${scalar(value)}`)
    else
      lines[index] = (lines[index] ?? '').replace(
        pattern,
        (_, name: string, blank = ' ', _old, rest: string) => `${name}${blank}${scalar(value)}${rest}`,
      )
  }
  if (missing.length === 0) return lines.join('')
  const end = (lines[0] ?? '').endsWith('\r\n') ? '\r\n' : '\n'
  const last = lines.at(-1)
  const whole = last === undefined || last.endsWith('\n') ? lines : [...lines, end]
  return [...whole, ...missing.map((line) => `${line}${end}`)].join('')
}

const scalar = (value: ConfigWish['value']): string =>
  typeof value === 'string' && (WORDS.test(value) || !/^[A-Za-z][A-Za-z0-9]*$/.test(value))
    ? JSON.stringify(value)
    : String(value)

const SHOWN = /^(cluster_mode|sdn_zone|vxlan_tag_base)(\s*:\s*)([A-Za-z0-9]*)(?=\s*$|\s+#)/

/**
 * A `config.yml` as it may be shown: of each line the key at most, and `***` for what it says; only the three keys that the
 * move is about with their values. Any other value, comment or part of a text may be a secret, and no list of keys is complete.
 */
export const maskedConfig = (text: string): string =>
  linesOf(text)
    .map((line) => `${maskedLine(line.replace(/\r?\n$/, ''))}\n`)
    .join('')

function maskedLine(line: string): string {
  if (/^\s*$|^---\s*$/.test(line)) return line
  const shown = SHOWN.exec(line)
  if (shown !== null) return `${shown[0]}${line.length > shown[0].length ? ' ***' : ''}`
  if (/^\s*#/.test(line)) return `${/^\s*#/.exec(line)?.[0] ?? ''} ***`
  const [, key] = /^(\s*(?:- )?[A-Za-z_]{1,40}\s*:)(?:\s|$)/.exec(line) ?? []
  return key === undefined
    ? `${/^\s*/.exec(line)?.[0] ?? ''}***`
    : `${key}${line.trimEnd() === key.trimEnd() ? '' : ' ***'}`
}
