import { isMap, isScalar, type Node, Scalar } from 'yaml'
import type { z } from 'zod'
import type { Diagnostic } from '../../model/diagnostic.ts'
import { nearest } from '../../model/nearest.ts'
import { printable } from '../../model/printable.ts'
import type { YamlFile } from './read-yaml.ts'
import { pathText } from './path-text.ts'
import { numberAt } from './schema-at.ts'
import { SECRET_KEY } from './secret-keys.ts'
import { MAX_DIAGNOSTICS } from './syntax-diagnostics.ts'
import { meantBy, type MovedKeys, namesOf, unknownKey } from './unknown-key.ts'

type Issue = z.core.$ZodIssue
type Path = readonly PropertyKey[]

/**
 * Each problem zod found in the file's value, at the line and column it stems from: finding and remedy.
 *
 * @param moved keys that were known once, and where what they said is said now
 */
export function issueDiagnostics(
  yaml: YamlFile,
  schema: z.core.$ZodType,
  issues: readonly Issue[],
  moved: MovedKeys = new Map(),
): readonly Diagnostic[] {
  const context = { yaml, schema, moved }
  // Of a key that is misspelt nobody says that it is lacking, too.
  const misspelt = new Set(
    issues.slice(0, MAX_DIAGNOSTICS).flatMap((issue) => {
      if (issue.code !== 'unrecognized_keys') return []
      const meant = issue.keys.slice(0, MAX_DIAGNOSTICS).map((key) => meantBy(key, issue.path, schema, moved))
      return meant.flatMap((key) => (key === undefined ? [] : [pathText([...issue.path, key])]))
    }),
  )
  const isTold = ({ path }: Issue): boolean => misspelt.has(pathText(path)) && !yaml.place(path).exact
  return issues
    .slice(0, MAX_DIAGNOSTICS)
    .filter((issue) => !isTold(issue))
    .flatMap((issue) => diagnosticsOf(issue, issue.path, context))
    .slice(0, MAX_DIAGNOSTICS)
}

interface Context {
  readonly yaml: YamlFile
  readonly schema: z.core.$ZodType
  readonly moved: MovedKeys
}

function diagnosticsOf(issue: Issue, path: Path, context: Context): readonly Diagnostic[] {
  const { yaml, schema } = context
  if (issue.code === 'unrecognized_keys')
    return issue.keys.slice(0, MAX_DIAGNOSTICS).map((key) => {
      const { finding, remedy, unquoted } = unknownKey(key, path, schema, context.moved)
      return yaml.diagnosticAt(yaml.place([...path, key]).key, finding, remedy, unquoted)
    })

  const { node, key, exact } = yaml.place(path)
  if (!exact) return [missingKey(path, node, context)]
  const template = unquotedTemplate(node)
  if (template !== undefined)
    return [
      yaml.diagnosticAt(node, `${template} is not in quotes, so YAML reads it as a map`, `quote it: "${template}"`, {
        finding: `${pathText(path)} is a template expression that is not in quotes, so YAML reads it as a map`,
        remedy: 'quote it',
      }),
    ]

  const branch = issue.code === 'invalid_union' ? fittingBranch(issue) : undefined
  if (branch !== undefined) return branch.flatMap((inner) => diagnosticsOf(inner, [...path, ...inner.path], context))
  const rule = ruleOf(issue, path, schema)
  // A rule about what a value must be speaks of the value; any other speaks of the key.
  const remedy = remedyOf(issue, node, path, context.moved)
  // Which kind of value it is says something only where another is wanted.
  const subject = (found: string): string =>
    found === 'a string' && issue.code !== 'invalid_type' ? pathText(path) : `${pathText(path)} is ${found},`
  return rule.startsWith('must be')
    ? [
        yaml.diagnosticAt(node ?? key, `${subject(foundText(path, node))} ${rule}`, remedy, {
          finding: `${subject(kindText(node))} ${rule}`,
          remedy,
        }),
      ]
    : [yaml.diagnosticAt(key ?? node, `${pathText(path)} ${rule}`, '')]
}

/** The place is the map that lacks the key; zod names the key as if it were there. */
function missingKey(path: Path, node: Node | undefined, { yaml }: Context): Diagnostic {
  const owner = path.slice(0, -1)
  const subject = owner.length === 0 ? 'the file' : pathText(owner)
  return yaml.diagnosticAt(node, `${subject} lacks the key ${printable(String(path.at(-1)))}`, 'add it')
}

/** `{{ range_id }}` without quotes is a map with a map as its key. */
function unquotedTemplate(node: Node | undefined): string | undefined {
  if (!isMap(node) || node.flow !== true || node.items.length !== 1) return undefined
  const inner = node.items[0]?.key
  if (!isMap(inner) || inner.flow !== true) return undefined
  const names = inner.items.map(({ key }) => (isScalar(key) ? String(key.value) : '…'))
  return `{{ ${printable(names.join(' '))} }}`
}

/** Of a union, the issues of the one option whose type fits, if there is exactly one. */
function fittingBranch(issue: z.core.$ZodIssueInvalidUnion): readonly Issue[] | undefined {
  const fitting = issue.errors.filter(
    (errors) => !errors.some(({ code, path }) => path.length === 0 && WRONG_KIND.has(code)),
  )
  return fitting.length === 1 ? fitting[0] : undefined
}

const WRONG_KIND: ReadonlySet<string> = new Set<Issue['code']>(['invalid_type', 'invalid_value', 'invalid_format'])

/** What is allowed there, as the end of a sentence. */
function ruleOf(issue: Issue, path: Path, schema: z.core.$ZodType): string {
  switch (issue.code) {
    case 'invalid_type':
      return `must be ${isNumeric(issue.expected) ? (numberAt(schema, path) ?? 'a number') : (KINDS[issue.expected] ?? issue.expected)}`
    case 'too_small':
    case 'too_big':
      return `must be ${numberAt(schema, path) ?? 'within bounds'}`
    case 'invalid_value':
      return `must be ${alternatives(issue.values.map(String))}`
    default:
      return issue.message
  }
}

const isNumeric = (expected: string): boolean => expected === 'number' || expected === 'int'

const KINDS: Readonly<Record<string, string>> = {
  string: 'text',
  boolean: 'true or false',
  array: 'a list',
  object: 'a map',
}

const alternatives = (words: readonly string[]): string =>
  words.length < 2 ? words.join('') : `${words.slice(0, -1).join(', ')} or ${words.at(-1)}`

/** What people, and older YAML, write for true and false; here it is text. */
const [YES, NO] = [/^(?:true|yes|on|y)$/i, /^(?:false|no|off|n)$/i]

function remedyOf(issue: Issue, node: Node | undefined, path: Path, moved: MovedKeys): string {
  const value = isScalar(node) ? node.value : undefined
  if (issue.code === 'invalid_type' && issue.expected === 'boolean' && typeof value === 'string') {
    const slip = nearest(value, ['true', 'false'])
    if (!YES.test(value) && !NO.test(value)) return slip === undefined ? commentRemedy(value) : `did you mean ${slip}?`
    const meant = YES.test(value)
    return isScalar(node) && node.type !== Scalar.PLAIN ? `write ${meant}, without quotes` : `write ${meant}`
  }
  if (issue.code === 'invalid_type' && isNumeric(issue.expected) && typeof value === 'string')
    return commentRemedy(value)
  if (issue.code === 'invalid_type' && issue.expected === 'string' && isScalar(node))
    return node.value === null ? '' : 'put it in quotes'
  if (issue.code === 'invalid_union' && typeof value === 'string' && issue.message.includes('true')) {
    const slip = nearest(value, ['true'])
    return slip === undefined ? '' : `did you mean ${slip}?`
  }
  if (issue.code !== 'invalid_value' || typeof value !== 'string') return ''
  const now = moved.get(`${namesOf(path)}: ${value}`)
  if (now !== undefined) return `by now it is ${now}`
  const meant = nearest(value, issue.values.map(String))
  return meant === undefined ? commentRemedy(value) : `did you mean ${meant}?`
}

/** `8 // GB`, `8 GB`, or a number in quotes. */
const commentRemedy = (value: string): string => {
  if (/\s(?:\/\/|--|;)(?:\s|$)/.test(value)) return 'begin the comment with # and a blank'
  if (/^[0-9]+(?:\.[0-9]+)?\s*[A-Za-z]{1,5}$/.test(value)) return 'write the number alone'
  return /^[0-9]+(?:\.[0-9]+)?$/.test(value) ? 'write it without quotes' : ''
}

/** What kind of value is in the file. */
function kindText(node: Node | undefined): string {
  if (node === undefined) return 'empty'
  if (!isScalar(node)) return isMap(node) ? 'a map' : 'a list'
  return node.value === null ? 'empty' : `a ${typeof node.value}`
}

/** The value as it is in the file, in a word or two. */
function foundText(path: Path, node: Node | undefined): string {
  if (!isScalar(node) || node.value === null || path.some((step) => SECRET_KEY.test(String(step))))
    return kindText(node)
  return typeof node.value === 'string'
    ? `"${printable(node.value, 60)}"`
    : printable(node.source ?? typeof node.value, 60)
}
