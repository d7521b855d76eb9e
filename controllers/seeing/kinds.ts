import type { ViewKind, Views } from '../../model/api/lanista-api.ts'
import { nearest } from '../../model/nearest.ts'
import { printable } from '../../model/printable.ts'
import { UserError } from '../../model/user-error.ts'

/** What people call each kind of thing. The first is its singular, the second its plural, then short forms. */
export const KIND_WORDS: Readonly<Record<ViewKind, readonly [singular: string, plural: string, ...short: string[]]>> = {
  ranges: ['range', 'ranges', 'rg', 'rgs', 'r'],
  vms: ['vm', 'vms', 'machine', 'machines'],
  networks: ['network', 'networks', 'net', 'nets', 'nw', 'vnet', 'vnets', 'bridge', 'bridges'],
  nodes: ['node', 'nodes', 'no'],
  templates: ['template', 'templates', 'tpl', 'tpls', 'tmpl'],
  events: ['event', 'events', 'ev'],
}

/** In the order in which they are told. */
export const KINDS = [
  'ranges',
  'vms',
  'networks',
  'nodes',
  'templates',
  'events',
] as const satisfies readonly ViewKind[]

export const singularOf = (kind: ViewKind): string => KIND_WORDS[kind][0]

/** The kind that somebody means, however it is written. Throws `UserError`. @param among which make sense here */
export function kindCalled(word: string): ViewKind
export function kindCalled<K extends ViewKind>(word: string, among: readonly K[]): K
export function kindCalled(word: string, among: readonly ViewKind[] = KINDS): ViewKind {
  const lower = word.toLowerCase()
  const found = among.find((kind) => KIND_WORDS[kind].includes(lower))
  if (found !== undefined) return found
  const plurals = among.map((kind) => KIND_WORDS[kind][1])
  const known = among.flatMap((kind) => KIND_WORDS[kind])
  const meant = nearest(lower, known)
  throw new UserError(
    `${printable(word)}: there is nothing of that kind here; ${meant === undefined ? `choose among ${plurals.join(', ')}` : `did you mean ${meant}?`}`,
  )
}

/** The names by which one thing may be asked for. The first is the one that tells it from all others of its kind. */
export const NAMES_OF: { readonly [K in ViewKind]: (view: Views[K]) => readonly string[] } = {
  ranges: ({ name }) => [name],
  vms: ({ range, name, vmid }) => [`${range}/${name}`, name, ...(vmid === undefined ? [] : [String(vmid)])],
  networks: ({ name }) => [name],
  nodes: ({ name }) => [name],
  templates: ({ name, vmid }) => [name, String(vmid)],
  // A person who asks for the events of JD means those of its VMs as well.
  events: ({ id, object, range }) => [String(id), object.name, ...(range === undefined ? [] : [range])],
}

/** What tells a thing from all others of its kind, while it is there. */
export function keyOf<K extends ViewKind>(kind: K, view: Views[K]): string {
  const [first = ''] = NAMES_OF[kind](view)
  return kind === 'templates' ? NAMES_OF[kind](view).join('/') : first
}

/** How commands call one thing: `JD`, `JD/JD-DC01`. */
export const nameOf = <K extends ViewKind>(kind: K, view: Views[K]): string => NAMES_OF[kind](view)[0] ?? ''

/** `range/JD`, as `-o name` prints it and commands take it. */
export const fullNameOf = <K extends ViewKind>(kind: K, view: Views[K]): string =>
  `${singularOf(kind)}/${nameOf(kind, view)}`

/** Those of the names by which something was asked for that nothing has. */
export const unknownNames = <K extends ViewKind>(
  kind: K,
  views: readonly Views[K][],
  names: readonly string[],
): readonly string[] => {
  const known = new Set(views.flatMap((view) => NAMES_OF[kind](view)))
  return names.filter((name) => !known.has(name))
}

/** That there is nothing of that name, and which was meant. */
export function noneCalled<K extends ViewKind>(kind: K, views: readonly Views[K][], name: string): string {
  const known = views.flatMap((view) => NAMES_OF[kind](view))
  const meant = known.find((each) => each.toLowerCase() === name.toLowerCase()) ?? nearest(name, known)
  const remedy =
    meant === undefined
      ? `\`lanista get ${KIND_WORDS[kind][1]}\` lists what there is`
      : `did you mean ${printable(meant)}?`
  return `${singularOf(kind)} ${printable(name)}: there is none of that name; ${remedy}`
}
