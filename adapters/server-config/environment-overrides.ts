import { asKind, type ConfigKey, configKeys, withValueAt } from '../../model/config-keys.ts'
import type { Diagnostic } from '../../model/diagnostic.ts'
import { nearest } from '../../model/nearest.ts'
import { printable } from '../../model/printable.ts'

type Environment = Readonly<Record<string, string | undefined>>

/** A setting that the environment decides. */
export interface Override {
  readonly key: ConfigKey
  /** As the setting's kind, as far as it can be taken for that. */
  readonly value: unknown
}

/** What the environment says about the configuration. */
export interface Overrides {
  readonly values: readonly Override[]
  /** Variables that look like misspelt ones of ours: someone believes to have set something. */
  readonly problems: readonly Diagnostic[]
  /** Other variables with our prefix. */
  readonly warnings: readonly Diagnostic[]
}

/** The token itself, which `proxmox/token.ts` reads. */
const TOKEN_VARIABLE = 'LANISTA_PROXMOX_TOKEN'

/**
 * Not meant for the configuration: those of the tests, those of commands, and those that Kubernetes puts into each pod for a Service
 * named `lanista` or `lanista-…`.
 */
const FOREIGN = [
  /^LANISTA_(TEST|CONTRACT)_/,
  // Where commands find a Lanista elsewhere.
  /^LANISTA_(SERVER|TOKEN_FILE)$/,
  /_SERVICE_(HOST|PORT)(_[A-Z0-9_]+)?$/,
  /_PORT(_[0-9]+_(TCP|UDP|SCTP)(_(PROTO|PORT|ADDR))?)?$/,
]

/** Reads the `LANISTA_*` variables. One without a value counts as not set, as a key without a value does. */
export function overridesIn(environment: Environment): Overrides {
  const values = configKeys.flatMap((key): readonly Override[] => {
    const text = environment[key.variable] ?? ''
    return text === '' ? [] : [{ key, value: asKind(key.kind, text) }]
  })
  const known = [...configKeys.map(({ variable }) => variable), TOKEN_VARIABLE]
  const strange = Object.keys(environment)
    .filter((name) => name.startsWith('LANISTA_') && !known.includes(name))
    .filter((name) => !FOREIGN.some((pattern) => pattern.test(name)))
  const [problems, warnings]: [Diagnostic[], Diagnostic[]] = [[], []]
  for (const name of strange) {
    const meant = nearest(name, known, 2)
    if (meant === undefined) warnings.push(aboutVariable(name, 'there is no such setting', 'unset it'))
    else problems.push(aboutVariable(name, 'there is no such setting', `did you mean ${meant}?`))
  }
  return { values, problems, warnings }
}

/** The value of the configuration file with the environment's settings in place of its own. */
export const overridden = (value: unknown, overrides: readonly Override[]): unknown =>
  overrides.reduce((current, { key, value }) => withValueAt(current, key.path, value), value)

/** A problem with an environment variable. */
export const aboutVariable = (variable: string, finding: string, remedy: string): Diagnostic => ({
  file: `environment variable ${printable(variable)}`,
  line: undefined,
  column: undefined,
  finding,
  remedy,
})
