import { z } from 'zod'
import { serverConfigSchema } from './server-config.ts'

/** What a key's value is, as far as writing it down goes. Durations, words of an enum and addresses are text. */
export type ValueKind = 'text' | 'boolean' | 'number' | 'texts' | 'numbers' | 'maps'

/** One setting of the configuration. */
export interface ConfigKey {
  readonly path: readonly string[]
  /** `lanista.proxmox.token_file`. */
  readonly name: string
  /** The environment variable that goes before the file: `LANISTA_PROXMOX_TOKEN_FILE`. */
  readonly variable: string
  readonly kind: ValueKind
  /** A change takes effect only when Lanista is started again. */
  readonly needsRestart: boolean
}

/**
 * The settings that are woven into connections, open files and sockets, and the mode, which no change at run time may turn. All others are asked for anew in each pass.
 * A name stands for all below it.
 */
const NEED_RESTART = [
  'proxmox_url',
  'proxmox_hostname',
  'proxmox_endpoints',
  'proxmox_token_id',
  'proxmox_token_secret',
  'proxmox_invalid_cert',
  'cluster_mode',
  'sdn_zone',
  'vxlan_tag_base',
  'default_router_vm_name',
  'default_router_template_name',
  'lanista.tracing',
  'lanista.ranges',
  'lanista.git',
  'lanista.state_dir',
  'lanista.proxmox',
  'lanista.http',
  'lanista.notify.private_hosts',
]

/** All settings, in the order of the schema. */
export const configKeys: readonly ConfigKey[] = keysIn(serverConfigSchema, [])

function keysIn(schema: z.core.$ZodType, path: readonly string[]): readonly ConfigKey[] {
  const here = bare(schema)
  if (!(here instanceof z.ZodObject)) return [keyAt(here, path)]
  const shape: Readonly<Record<string, z.core.$ZodType>> = here.shape
  return Object.entries(shape).flatMap(([step, child]) => keysIn(child, [...path, step]))
}

function keyAt(schema: z.core.$ZodType, path: readonly string[]): ConfigKey {
  const name = path.join('.')
  return {
    path,
    name,
    variable: variableOf(path),
    kind: kindOf(schema),
    needsRestart: NEED_RESTART.some((fixed) => name === fixed || name.startsWith(`${fixed}.`)),
  }
}

/** `LANISTA_` and the key in capitals; the section `lanista` is not said twice, and `.` becomes `_`. */
function variableOf(path: readonly string[]): string {
  return `LANISTA_${(path[0] === 'lanista' ? path.slice(1) : path).join('_').toUpperCase()}`
}

/** The schema of what is written down, without what happens when it is absent or after it is read. */
function bare(schema: z.core.$ZodType): z.core.$ZodType {
  if (schema instanceof z.ZodOptional || schema instanceof z.ZodDefault || schema instanceof z.ZodPrefault)
    return bare(schema.unwrap())
  return schema instanceof z.ZodPipe ? bare(schema.in) : schema
}

function kindOf(schema: z.core.$ZodType): ValueKind {
  if (schema instanceof z.ZodBoolean) return 'boolean'
  if (schema instanceof z.ZodNumber) return 'number'
  if (schema instanceof z.ZodArray) {
    const element = bare(schema.element)
    if (element instanceof z.ZodObject) return 'maps'
    return element instanceof z.ZodNumber ? 'numbers' : 'texts'
  }
  return 'text'
}

/**
 * The value as a setting of that kind, as leniently as Ludus reads its file: a number or a word for a text, numbers
 * and booleans in quotes, `1` for true, and a text with commas, or a single value, for a list. What can't be taken
 * for that kind comes back as it was. Maps are in JSON where they are in one text.
 */
export function asKind(kind: ValueKind, value: unknown): unknown {
  switch (kind) {
    case 'text':
      return typeof value === 'number' || typeof value === 'boolean' ? String(value) : value
    case 'boolean':
      if (typeof value === 'number') return value !== 0
      return typeof value === 'string' ? (BOOLEANS[value.trim()] ?? value) : value
    case 'number':
      return typeof value === 'string' && /^\s*[+-]?[0-9]{1,15}(\.[0-9]{1,15})?\s*$/.test(value) ? Number(value) : value
    case 'texts':
    case 'numbers': {
      const items = itemsOf(value)
      return items?.map((item) => asKind(kind === 'texts' ? 'text' : 'number', item)) ?? value
    }
    case 'maps':
      return typeof value === 'string' ? (fromJson(value) ?? value) : value
  }
}

function fromJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

function itemsOf(value: unknown): readonly unknown[] | undefined {
  if (Array.isArray(value)) return value
  if (typeof value === 'number') return [value]
  if (typeof value !== 'string') return undefined
  return value.trim() === '' ? [] : value.split(',').map((item) => item.trim())
}

/** The spellings that Go's strconv.ParseBool knows, with which Ludus reads. */
const BOOLEANS: Readonly<Record<string, boolean>> = Object.fromEntries([
  ...['1', 't', 'T', 'true', 'TRUE', 'True'].map((word) => [word, true] as const),
  ...['0', 'f', 'F', 'false', 'FALSE', 'False'].map((word) => [word, false] as const),
])

/** The value of a setting in a configuration, or undefined. */
export function valueAt(config: unknown, path: readonly string[]): unknown {
  return path.reduce<unknown>((value, step) => (isMap(value) ? value[step] : undefined), config)
}

/** The configuration with a setting replaced; maps on the way are made. Where something else is in the way, unchanged. */
export function withValueAt(config: unknown, path: readonly string[], value: unknown): unknown {
  const [step, ...rest] = path
  if (step === undefined) return value
  if (config !== undefined && config !== null && !isMap(config)) return config
  const map = config ?? {}
  return { ...map, [step]: withValueAt(isMap(map) ? map[step] : undefined, rest, value) }
}

/** The wanted configuration, with all that needs a restart as it is in the running one. */
export function untilRestart<Config extends object>(running: Config, wanted: Config): Config {
  const next = structuredClone(wanted)
  // Section by section: of one that the running one has not, nothing is left.
  for (const name of NEED_RESTART) copyValue(running, next, name.split('.'))
  return next
}

function copyValue(from: unknown, to: unknown, [step, ...rest]: readonly string[]): void {
  if (step === undefined || !isMap(from) || !isWritableMap(to)) return
  if (rest.length > 0) copyValue(from[step], to[step], rest)
  else if (step in from) to[step] = from[step]
  else delete to[step]
}

const isWritableMap = (value: unknown): value is Record<string, unknown> => isMap(value)

const isMap = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)
