import { shortId } from '../../model/commit-snapshot.ts'
import { printable } from '../../model/printable.ts'
import type { Traced, TracedFile } from '../../model/trace.ts'
import type { Paint } from './paint.ts'

/** What `lanista trace` tells. */
export interface TraceTold {
  readonly asked: string
  readonly found: readonly Traced[]
  readonly lookedFor: readonly string[]
  readonly near: readonly string[]
}

/** Each thing with its range, its place in the file, and who wrote that, for people. */
export function traceText(told: TraceTold, paint: Paint): readonly string[] {
  const { asked, found, lookedFor, near } = told
  const shown = printable(asked)
  if (found.length === 0) {
    const meant = near.length === 0 ? '' : `; did you mean ${near.map((name) => printable(name)).join(', or ')}?`
    return [
      `${paint('bold', shown)}: nothing of that name: looked for ${lookedFor.map((each) => printable(each)).join(', and ')}${meant}`,
    ]
  }
  const texts = found.flatMap((each, index) => [...(index === 0 ? [] : ['']), ...thingText(each, paint)])
  if (found.length === 1) return texts
  return [`${paint('bold', shown)} is ${found.length} things; ${apartText(found)}`, '', ...texts]
}

/** How to ask for one of them alone. */
function apartText(found: readonly Traced[]): string {
  const vmids = found.flatMap(({ kind, vmid }) => (kind === 'vm' && vmid !== undefined ? [vmid] : []))
  const isApart = new Set(vmids).size === found.filter(({ kind }) => kind === 'vm').length && vmids.length > 1
  return isApart ? `ask for one by its VMID: ${vmids.join(' or ')}` : 'each is told below'
}

function thingText(thing: Traced, paint: Paint): readonly string[] {
  const { kind, name, is, rangeId, file, newer, remark } = thing
  const line = (title: string, text: string): string => `  ${paint('dim', title.padEnd(7))} ${text}`
  const head = `${kind} ${paint('bold', printable(name))}: ${printable(is, 400)}`
  const note = remark === undefined ? [] : [line('note', paint('yellow', printable(remark, 1000)))]
  if (rangeId === undefined) return [head, line('range', whoseText(thing)), ...note]
  return [
    head,
    ...(kind === 'range' ? [] : [line('range', rangeId)]),
    ...(file === undefined ? [] : [line('file', placeText(file))]),
    ...commitLines(thing, line),
    ...(newer === undefined
      ? []
      : [line(file === undefined ? 'file' : 'newer', paint('yellow', printable(newer, 1000)))]),
    ...note,
  ]
}

/** The commit that brought the file's content. Who wrote a single line of it is for git to say. */
function commitLines(
  { commit, orEarlier, file }: Traced,
  line: (title: string, text: string) => string,
): readonly string[] {
  if (commit === undefined) return []
  const { id, author, at, subject } = commit
  const path = quoted(file?.path ?? '')
  const history =
    file?.line === undefined
      ? `git log ${shortId(id)} -- ${path}`
      : `git blame -L ${file.line},${file.line} ${shortId(id)} -- ${path}`
  return [
    // Whose a commit is says nothing of who wrote what it only has.
    ...(orEarlier
      ? [line('commit', `${shortId(id)} or an earlier one, as it was in force first`)]
      : [line('commit', `${shortId(id)} ${subject}`), line('author', `${author}, ${at}`)]),
    line('history', history),
  ]
}

/** A path as an argument of a shell. */
const quoted = (path: string): string => {
  const shown = printable(path, 4096)
  return /^[\w./@%+-]+$/.test(shown) ? shown : `'${shown.replaceAll("'", String.raw`'\''`)}'`
}

const whoseText = ({ owner }: Traced): string =>
  owner === 'shared' ? 'all ranges together' : 'none: Lanista did not make it'

const placeText = ({ path, line, column }: TracedFile): string =>
  [printable(path, 4096), line, column].filter((part) => part !== undefined).join(':')
