import { configKeys, valueAt } from '../../model/config-keys.ts'
import type { ConfigOrigin, EffectiveConfig } from '../../model/config-source.ts'
import { diagnosticLine, warningLine } from '../../model/diagnostic.ts'
import { shownAddress } from '../../model/notify/notify-address.ts'
import { durationText } from '../../model/duration.ts'
import { windowText } from '../../model/freeze/freeze-text.ts'
import { windowName } from '../../model/freeze/freeze-window.ts'
import { shownUrl } from '../../model/shown-url.ts'
import { UserError } from '../../model/user-error.ts'
import type { Composition, TokenInspection } from './composition.ts'
import { type ConfigRow, configTable } from '../terminal/config-table.ts'
import type { Paint } from '../terminal/paint.ts'

export interface ConfigOptions {
  readonly config: string
  readonly format: string
}

const FORMATS = ['text', 'json'] as const

/**
 * `lanista config`: the value in force of each setting, and where it comes from. Secrets are not shown: of the API
 * token only where it would be read, and whether it can be.
 *
 * @returns the exit status
 */
export async function configCommand(
  options: ConfigOptions,
  composition: Composition,
  paint: Paint,
  print: (line: string) => void,
): Promise<number> {
  const format = FORMATS.find((each) => each === options.format)
  if (format === undefined)
    throw new UserError(`config: there is no format ${JSON.stringify(options.format)}; choose ${FORMATS.join(' or ')}`)
  const read = await composition.configSource(options.config).read()
  if (read.kind === 'invalid') throw new UserError(read.diagnostics.map(diagnosticLine).join('\n'))
  const token = await composition.inspectToken(read.config)
  const rows = rowsOf(read)
  const warnings = read.warnings.map(diagnosticLine)
  if (format === 'json') {
    const inForce = Object.fromEntries(rows.map(({ key, value, origin }) => [key, { value, origin }]))
    print(JSON.stringify({ settings: inForce, token: maskedToken(token), warnings }, undefined, 2))
    return 0
  }
  // Whole windows are told below.
  const names = read.config.lanista.freeze.map((window) => maskedText(windowName(window)))
  print(
    configTable(
      rows.map((row) => (row.key === 'lanista.freeze' ? { ...row, value: names } : row)),
      paint,
    ),
  )
  print('')
  print(`Proxmox API token: ${tokenText(token)}`)
  for (const window of read.config.lanista.freeze)
    print(`Freeze window ${maskedText(windowText(window, composition.clock.now()))}`)
  for (const warning of read.warnings) print(paint('yellow', warningLine(warning)))
  return 0
}

const DEFAULT: ConfigOrigin = { kind: 'default' }

const rowsOf = ({ config, origins }: EffectiveConfig): readonly ConfigRow[] =>
  configKeys.map(({ name, path }) => {
    return { key: name, value: shownValue(name, valueAt(config, path)), origin: origins.get(name) ?? DEFAULT }
  })

/** Settings in milliseconds, which are shown as they are written. */
const DURATIONS: ReadonlySet<string> = new Set([
  'lanista.resync',
  'lanista.audit',
  'lanista.prune.grace',
  'lanista.git.interval',
])

function shownValue(name: string, value: unknown): unknown {
  if (DURATIONS.has(name) && typeof value === 'number') return durationText(value)
  if (name === 'proxmox_token_secret' && value !== undefined) return '***'
  if (name === 'lanista.freeze' && Array.isArray(value)) return value.map(shownWindow)
  if (name === 'lanista.notify.urls' && Array.isArray(value)) return value.map((url) => shownAddress(String(url)))
  return masked(value)
}

/** A window as it is written. */
const shownWindow = (window: Readonly<Record<string, unknown>>): unknown =>
  Object.fromEntries(
    Object.entries(window).map(([key, value]) => [
      key,
      key === 'for' && typeof value === 'number' ? durationText(value) : masked(value),
    ]),
  )

/** Where a password or a token might have been put by mistake or custom: in a URL, or in place of the token's file. */
function masked(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(masked)
  return typeof value === 'string' ? maskedText(value) : value
}

const maskedText = (text: string): string =>
  text.replace(/(@[^\s!=]+![^\s=]+=)\S+/g, '$1***').replace(/[a-z][a-z0-9+.-]*:\/\/\S+/gi, shownUrl)

const maskedToken = ({ source, problem }: TokenInspection): Readonly<Record<string, unknown>> => ({
  source: source === undefined ? null : maskedText(source),
  usable: problem === undefined,
  ...(problem === undefined ? {} : { problem: maskedText(problem) }),
})

function tokenText({ source, problem }: TokenInspection): string {
  if (problem !== undefined) return maskedText(problem).replace(/^Proxmox API token[:]?\s*/, '')
  return `read from ${maskedText(source ?? '')} (not shown)`
}
