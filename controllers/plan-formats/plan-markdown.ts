import { shortId } from '../../model/commit-snapshot.ts'
import type {
  DocumentChange,
  DocumentCommit,
  DocumentRange,
  DocumentRemoval,
  PlanDocument,
} from '../../model/plan/plan-document.ts'
import { gibText } from '../terminal/plain-table.ts'
import { fittingParts, type Part } from './fitting-parts.ts'
import { markdownCode as code, markdownText as text } from './markdown-text.ts'

/** By this a bot finds its comment again. No text of an author can be it, since `<` is written as a reference in those. */
export const MARKER = '<!-- lanista plan -->'

/** GitHub takes 65,536 characters, and a pipeline may want to add a line of its own. */
const MOST_CHARACTERS = 64_000

/**
 * A plan as a comment of a pull request. What needs a person comes first; ranges that find no room are left out whole, the last ones by
 * their ids, and counted.
 */
export function planMarkdown(plan: PlanDocument, most = MOST_CHARACTERS): string {
  const parts: readonly Part[] = [
    ...(plan.commit?.bothChanged ?? []).map(bothChangedPart),
    ...list(
      'What a person must approve',
      plan.approvals.map(({ why }) => text(why)),
    ),
    ...list('In the way', [
      ...plan.inTheWay.map(text),
      ...plan.problems.map((each) => `${code(placeOf(each))}: ${text(sentenceOf(each))}`),
    ]),
    ...plan.removed.map((range) => ({ kind: 'range', text: removedText(range) }) as const),
    ...plan.ranges.map((range) => ({ kind: 'range', text: rangeText(range) }) as const),
    ...(plan.unchanged.length === 0 ? [] : [{ kind: 'lines', text: unchangedText(plan.unchanged) } as const]),
    ...list('Networks, for all ranges together', plan.networks.map(changeText)),
    ...nodesPart(plan),
    ...list(
      'Warnings',
      plan.warnings.map((each) => `${code(placeOf(each))}: ${text(sentenceOf(each))}`),
    ),
    ...list('Also', plan.remarks.map(text)),
  ]
  return fittingParts(headOf(plan), parts, most)
}

function headOf({ result, counts, commit }: PlanDocument): string {
  const { ranges, changes, inTheWay } = counts
  const found = [
    ...(changes > 0 ? [counted(changes, 'change')] : []),
    ...(inTheWay > 0 ? [`${inTheWay} in the way`] : []),
  ]
  const sum = found.length > 0 ? found.join(', ') : result === 'blocked' ? 'a person comes first' : 'nothing to change'
  const title =
    result === 'failed'
      ? '### Lanista plan: it could not be made'
      : `### Lanista plan: ${counted(ranges, 'range')}, ${sum}`
  return [MARKER, title, ...(commit === null ? [] : ['', ...commitLines(commit)]), ''].join('\n')
}

function commitLines({ id, subject, comparedWith, standing, refused }: DocumentCommit): readonly string[] {
  const which = `Commit ${code(shortId(id))} (${text(subject)})`
  const against =
    comparedWith === null
      ? 'the first one'
      : `against ${code(shortId(comparedWith.id))} (${text(comparedWith.subject)}), ${comparedWith.inForce ? 'which is in force' : 'the newest commit of the branch'}`
  const behind =
    standing === 'behind'
      ? ['It does not have all of that commit behind it: shown is what there would be once the two are merged.']
      : []
  const stays = refused === null ? [] : [`**As it is, it would not go in force** (${refused.reason}).`]
  return [`${which}, ${against}.`, ...behind, ...stays]
}

/** Of these there may be as many as there are files: they are no part of the head, which is never cut. */
const bothChangedPart = (path: string, index: number, { length }: readonly string[]): Part => ({
  kind: 'lines',
  text: `- ${code(path)} was changed in both; it is shown as this commit has it, and the merge may have it otherwise${index === length - 1 ? '\n' : ''}`,
})

function removedText({ range, vms, networks, pool, why, inTheWay }: DocumentRemoval): string {
  const things = [...networks.map((each) => text(each)), ...(pool ? [`pool ${code(range)}`] : [])]
  return [
    `#### Range ${code(range)}: its file is removed`,
    '',
    // No line begins with foreign text: there a word can be a command to the forge.
    `- ${text(why)}`,
    ...vms.map(({ name, vmid, node }) => `- − VM ${code(name)} (${vmid}) on ${code(node)}`),
    ...things.map((each) => `- − ${each}`),
    ...inTheWay.map((each) => `- ✗ it would stay even then: ${text(each)}`),
    '',
  ].join('\n')
}

function rangeText({ range, number, changes, created, inTheWay, waits, unnamed, notes }: DocumentRange): string {
  const rows = created.map(
    ({ vm, vmid, node, memoryBytes, cores, starts, why, fits, leftOnNodeBytes }) =>
      `| + ${code(vm, 'table')} | ${vmid} | ${code(node, 'table')} | ${gibText(memoryBytes)}, ${counted(cores, 'core')}${starts ? '' : ', stays off'} | ${roomText(fits, leftOnNodeBytes)} | ${text(why)} |`,
  )
  const table =
    rows.length === 0
      ? []
      : [
          '| new VM | VMID | node | takes | memory there | why there |',
          '| --- | --- | --- | --- | --- | --- |',
          ...rows,
          '',
        ]
  const lines = [
    ...inTheWay.map((each) => `- ✗ ${text(each)}`),
    ...waits.map((each) => `- … ${text(each)}`),
    ...changes.map(changeText).map((each) => `- ${each}`),
    ...unnamed.map((each) => `- ! ${text(each)}`),
    ...notes.map((each) => `- ${text(each)}`),
  ]
  return [
    `#### Range ${code(range)}${number === null ? '' : ` (number ${number})`}`,
    '',
    ...table,
    ...lines,
    ...(lines.length === 0 ? [] : ['']),
  ].join('\n')
}

const roomText = (fits: boolean, left: number | null): string =>
  left === null ? '?' : fits ? `✓ ${wholeGib(left)} left` : `✗ ${wholeGib(-left)} too little`

function unchangedText(ids: readonly string[]): string {
  const shown = ids.slice(0, 50).map((id) => code(id))
  const more = ids.length > shown.length ? `, and ${ids.length - shown.length} more` : ''
  return `Unchanged: ${counted(ids.length, 'range')}: ${shown.join(', ')}${more}.\n`
}

/** Only those that get something: the others are no news, and what they use changes all the time. */
function nodesPart({ nodes, ranges }: PlanDocument): readonly Part[] {
  const used = new Set(ranges.flatMap(({ created }) => created.map(({ node }) => node)))
  return list(
    'Memory left once all that is there',
    nodes
      .filter(({ node }) => used.has(node))
      .map(
        ({ node, memoryBytes, freeMemoryBytes }) =>
          `${code(node)}: ${freeMemoryBytes < 0 ? `**${wholeGib(-freeMemoryBytes)} too little**` : wholeGib(freeMemoryBytes)} of ${wholeGib(memoryBytes)}`,
      ),
  )
}

const SIGNS: Readonly<Record<DocumentChange['sign'], string>> = { '+': '\\+', '~': '~', '-': '−' }

const changeText = ({ sign, what, why }: DocumentChange): string => `${SIGNS[sign]} ${text(what)}: ${text(why)}`

/** Items below a heading, each of which may be left out. */
const list = (title: string, items: readonly string[]): readonly Part[] =>
  items.map((item, index) => ({
    kind: 'lines',
    text: `${index === 0 ? `#### ${title}\n\n` : ''}- ${item}${index === items.length - 1 ? '\n' : ''}`,
  }))

const sentenceOf = ({ finding, remedy }: PlanDocument['problems'][number]): string =>
  `${finding}${remedy === '' ? '' : `; ${remedy}`}`

const placeOf = ({ file, line, column }: PlanDocument['problems'][number]): string =>
  [file, line, line === null ? null : column].filter((part) => part !== null).join(':')

/** Rounded down, so that what a cluster uses besides changes it seldom. */
const wholeGib = (bytes: number): string => `${Math.floor(bytes / 1024 ** 3)} GiB`
const counted = (count: number, noun: string): string => `${count} ${noun}${count === 1 ? '' : 's'}`
