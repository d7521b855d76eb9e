import { nearest } from '../../model/nearest.ts'
import { printable } from '../../model/printable.ts'
import { UserError } from '../../model/user-error.ts'
import type { Labels } from './labels.ts'

/** One condition of a selector: a label has, or has not, a value; or it has one at all, or none. */
interface Requirement {
  readonly label: string
  readonly wanted: boolean
  /** Undefined: any. */
  readonly value: string | undefined
}

const REQUIREMENT = /^(?<not>!?)(?<label>[A-Za-z]+)\s*(?:(?<operator>==?|!=)\s*(?<value>.*))?$/

/**
 * What a selector lets through: `state=NotReady,node!=pve1`. All of its conditions must hold; `label` alone asks for any value, `!label`
 * for none. Values are compared whatever their case. Throws `UserError` for one that can't be understood.
 *
 * @param kind in the plural, for messages
 */
export function selectorOf<V>(text: string | undefined, labels: Labels<V>, kind: string): (view: V) => boolean {
  const requirements = (text ?? '')
    .split(',')
    .map((part) => part.trim())
    .filter((part) => part !== '')
    .map((part) => requirementOf(part, Object.keys(labels), kind))
  return (view) => requirements.every((each) => holds(each, labels[each.label]?.(view) ?? []))
}

function requirementOf(part: string, labels: readonly string[], kind: string): Requirement {
  const { not = '', label = '', operator, value } = REQUIREMENT.exec(part)?.groups ?? {}
  if (label === '' || (not === '!' && operator !== undefined))
    throw new UserError(
      `--selector ${printable(part)}: it can't be understood; write label=value or label!=value, several with commas between them`,
    )
  const known = labels.find((each) => each === label.toLowerCase())
  if (known === undefined) {
    const meant = nearest(label, labels)
    throw new UserError(
      `--selector ${printable(part)}: ${kind} have no label ${printable(label)}; ${meant === undefined ? `they have ${labels.join(', ')}` : `did you mean ${meant}?`}`,
    )
  }
  if (operator === undefined) return { label: known, wanted: not === '', value: undefined }
  return { label: known, wanted: operator !== '!=', value: value?.trim().toLowerCase() ?? '' }
}

function holds({ wanted, value }: Requirement, values: readonly (string | number | undefined)[]): boolean {
  const has = values.filter((each) => each !== undefined && each !== '').map((each) => String(each).toLowerCase())
  return wanted === (value === undefined ? has.length > 0 : value === '' ? has.length === 0 : has.includes(value))
}
