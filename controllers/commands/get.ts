import type { LanistaApi, ViewKind, Views } from '../../model/api/lanista-api.ts'
import { FollowedViews } from '../seeing/followed-views.ts'
import { KIND_WORDS, kindCalled, NAMES_OF, noneCalled, unknownNames } from '../seeing/kinds.ts'
import { LABELS } from '../seeing/labels.ts'
import { outputCalled, type Printed, printedViews } from '../seeing/outputs.ts'
import { selectorOf } from '../seeing/selector.ts'
import { ageText } from '../terminal/age-text.ts'
import type { Composition } from './composition.ts'
import { knownLanista, type LanistaOptions, runningLanista } from './open-lanista.ts'
import type { SeeingTerminal } from './seeing-terminal.ts'

export interface GetOptions extends LanistaOptions {
  /** As a person writes it: `ranges`, `vm`, `range/JD`. */
  readonly kind: string
  readonly names: readonly string[]
  readonly output: string
  readonly selector: string | undefined
  readonly watch: boolean
  readonly header: boolean
}

/**
 * `lanista get`: what there is of one kind, as a table, a document, or names; with `watch` what changes of it, until the signal aborts.
 *
 * @returns the exit status: 0, or 1 when something that was asked for by name is not there
 */
export async function getCommand(
  options: GetOptions,
  composition: Composition,
  terminal: SeeingTerminal,
  signal: AbortSignal,
): Promise<number> {
  const { kind, names } = thingsAsked(options)
  return await getViews(kind, { ...options, names, wanted: () => true }, composition, terminal, signal)
}

/** What is asked for, besides a kind. */
export interface Asked<K extends ViewKind> extends Omit<GetOptions, 'kind'> {
  /** What else must hold of it. */
  readonly wanted: (view: Views[K]) => boolean
}

/** As `lanista get` of one kind. */
export async function getViews<K extends ViewKind>(
  kind: K,
  options: Asked<K>,
  composition: Composition,
  terminal: SeeingTerminal,
  signal: AbortSignal,
): Promise<number> {
  const { names, header, watch, wanted } = options
  const output = outputCalled(options.output)
  const selects = selectorOf(options.selector, LABELS[kind], KIND_WORDS[kind][1])
  const isNamed = (view: Views[K]): boolean =>
    names.length === 0 || NAMES_OF[kind](view).some((name) => names.includes(name))
  const isAsked = (view: Views[K]): boolean => isNamed(view) && selects(view) && wanted(view)
  const { paint, width, clock, print, warn } = terminal
  const printed = printedViews(kind, { output, header, paint, width, now: () => clock.now() })
  if (watch) {
    const api = await runningLanista(options, composition, '--watch', signal)
    await follow(kind, api, { isAsked, printed, print, now: () => clock.now() }, signal)
    return 0
  }
  const { api, isRunning } = await knownLanista(options, composition, warn, signal)
  const listed = await api.list(kind, signal)
  const items = listed.items.filter(isAsked)
  const ageMs = clock.now() - Date.parse(listed.asOf)
  if (terminal.screen !== undefined && isRunning && ageMs > TOLD_FROM_MS)
    warn(`this is as the cluster was looked at last, ${ageText(ageMs)} ago`)
  const missing = unknownNames(kind, listed.items, names)
  const only = names.length === 1 && items.length === 1
  const isText = output === 'table' || output === 'wide' || output === 'name'
  if (items.length > 0 || (missing.length === 0 && !isText))
    for (const line of printed.list({ ...listed, items }, only)) print(line)
  else if (missing.length === 0) warn(nothingText(kind, listed.items.length, names.length > 0))
  for (const name of missing) warn(noneCalled(kind, listed.items, name))
  return missing.length === 0 ? 0 : 1
}

/** A look that is older is told of. In milliseconds. */
const TOLD_FROM_MS = 15_000

const nothingText = (kind: ViewKind, all: number, isNamed: boolean): string => {
  const [, plural] = KIND_WORDS[kind]
  return all === 0 || isNamed ? `there are no ${plural}` : `none of the ${all} ${plural} is asked for`
}

/** `range/JD` names a kind and a thing at once. */
function thingsAsked({ kind: word, names }: GetOptions): {
  readonly kind: ViewKind
  readonly names: readonly string[]
} {
  const [kindWord = '', ...rest] = word.split('/')
  const kind = kindCalled(kindWord)
  const own = rest.length === 0 ? [] : [rest.join('/')]
  return { kind, names: [...own, ...names].map((name) => withoutKind(kind, name)) }
}

/** A name as `-o name` prints it, or without its kind. */
export function withoutKind(kind: ViewKind, name: string): string {
  const [first = '', ...rest] = name.split('/')
  return rest.length > 0 && KIND_WORDS[kind].includes(first.toLowerCase()) ? rest.join('/') : name
}

interface Following<V> {
  readonly isAsked: (view: V) => boolean
  readonly printed: Printed<V>
  readonly print: (line: string) => void
  readonly now: () => number
}

/** All there is, then each change, until the signal aborts. */
async function follow<K extends ViewKind>(
  kind: K,
  api: LanistaApi,
  { isAsked, printed, print, now }: Following<Views[K]>,
  signal: AbortSignal,
): Promise<void> {
  const views = new FollowedViews(kind)
  let isListed = false
  try {
    for await (const change of api.watch(signal)) {
      const { changed, gone, synced } = views.hear(change)
      if (!isListed && !synced) continue
      const lines = isListed
        ? [
            ...changed.filter(isAsked).flatMap((view) => printed.changed(view)),
            ...gone.filter(isAsked).flatMap((view) => printed.gone(view)),
          ]
        : printed.list({ asOf: new Date(now()).toISOString(), items: views.all().filter(isAsked) }, false)
      isListed = true
      for (const line of lines) print(line)
    }
  } catch (error) {
    if (!signal.aborted) throw error
  }
}
