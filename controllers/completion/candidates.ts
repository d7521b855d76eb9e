import { CONDITION_TYPES } from '../../model/condition.ts'
import type { ViewKind } from '../../model/api/lanista-api.ts'
import { KIND_WORDS, KINDS } from '../seeing/kinds.ts'
import { LABELS } from '../seeing/labels.ts'
import { isHidden, valueNameOf } from './command-shape.ts'
import { argumentNext, type Typed } from './typed.ts'

/** What may stand in the place of the word under the cursor. */
export interface Candidate {
  readonly text: string
  readonly about: string
}

/** What comes next: some of these, or the names of files, which the shell knows itself. */
export type Candidates = readonly Candidate[] | 'files'

/** Names of what there is of a kind, with what is said of each. Never throws, and takes no longer than a person waits. */
export type NamesOf = (kind: ViewKind) => Promise<readonly Candidate[]>

/** What may come next on a command line. Of what begins otherwise than the word under the cursor nothing is told. */
export async function candidatesFor(typed: Typed, namesOf: NamesOf): Promise<Candidates> {
  const { option, current, isLiteral } = typed
  if (option !== undefined) {
    const values = await valuesOf(valueNameOf(option.option) ?? '', option.option.description, typed, namesOf)
    if (values === 'files') return values
    const whole = values.map(({ text, about }) => ({ text: option.before + text, about }))
    return beginningWith(current, whole)
  }
  if (!isLiteral && current.startsWith('-')) return beginningWith(current, optionsOf(typed))
  const below = typed.operands.length > 0 ? [] : typed.command.commands.filter((each) => !isHidden(each))
  const commands = below.map((each) => ({ text: each.name(), about: each.description() }))
  const next = argumentNext(typed)
  const values = next === undefined ? [] : await valuesOf(next.name(), next.description, typed, namesOf)
  if (values === 'files') return commands.length === 0 ? values : beginningWith(current, commands)
  const unused = values.filter(({ text }) => !typed.operands.includes(text))
  return beginningWith(current, [...commands, ...unused])
}

const beginningWith = (current: string, all: readonly Candidate[]): readonly Candidate[] =>
  all.filter(({ text }) => text.startsWith(current))

const optionsOf = ({ command, given }: Typed): readonly Candidate[] => [
  ...command.options
    .filter(({ long, variadic }) => variadic || !given.has(long ?? ''))
    .map(({ long, short, description }) => ({ text: long ?? short ?? '', about: description })),
  { text: '--help', about: 'what the command does, and its options' },
]

const FILES: ReadonlySet<string> = new Set(['file', 'path', 'dir', 'folder', 'range|file'])
const DURATIONS = ['5m', '30m', '1h', '4h'].map((text) => ({ text, about: '' }))

/** Values of an option or an argument, by the name that the help gives it. */
async function valuesOf(name: string, description: string, typed: Typed, namesOf: NamesOf): Promise<Candidates> {
  const [command = ''] = typed.path
  switch (name) {
    case 'kind':
      return kindsFor(command)
    case 'name':
      return command === 'get' || command === 'describe' ? await namesAfterKind(typed, namesOf) : []
    case 'range':
    case 'id':
      return typed.path.includes('host') ? [] : await namesOf('ranges')
    case 'range/vm':
      return await namesOf('vms')
    case 'range[/vm]':
      return [...(await namesOf('ranges')), ...(await namesOf('vms'))]
    case 'thing':
      return [...(await namesOf('ranges')), ...(await shortNames(namesOf)), ...(await namesOf('networks'))]
    case 'node':
      return await namesOf('nodes')
    case 'labels':
      return labelsFor(typed, command)
    case 'goal':
      return [
        { text: 'ready', about: '' },
        { text: 'absent', about: '' },
        ...CONDITION_TYPES.map((type) => ({ text: `condition=${type}`, about: '' })),
      ]
    case 'types':
      return ['Warning', 'Normal'].map((text) => ({ text, about: '' }))
    case 'time':
    case 'duration':
      return DURATIONS
    default:
      if (FILES.has(name)) return 'files'
      return WITH_CHOICES.has(name) ? choicesIn(description) : []
  }
}

/** Their descriptions are lists of what they may be. */
const WITH_CHOICES: ReadonlySet<string> = new Set(['format', 'shell', 'level'])

/** The choices in `text, json, sarif or github`, and in what stands before a semicolon or in parentheses. */
const choicesIn = (description: string): readonly Candidate[] =>
  (/^(?:[\w ]*: )?([a-z]+(?:, [a-z]+)*,? or [a-z]+)/.exec(description)?.[1] ?? '')
    .split(/,? or |, /)
    .filter((word) => word !== '')
    .map((text) => ({ text, about: '' }))

const kindsFor = (command: string): readonly Candidate[] =>
  KINDS.filter((kind) => command === 'get' || !['templates', 'events'].includes(kind)).map((kind) => ({
    text: KIND_WORDS[kind][command === 'get' ? 1 : 0],
    about: '',
  }))

const kindTyped = ([word = '']: readonly string[]): ViewKind | undefined =>
  KINDS.find((kind) => KIND_WORDS[kind].includes(word.toLowerCase()))

async function namesAfterKind({ operands }: Typed, namesOf: NamesOf): Promise<readonly Candidate[]> {
  const kind = kindTyped(operands)
  return kind === undefined || kind === 'events' ? [] : await namesOf(kind)
}

/** VMs without their range. */
const shortNames = async (namesOf: NamesOf): Promise<readonly Candidate[]> =>
  (await namesOf('vms')).map(({ text, about }) => ({ text: text.split('/').at(-1) ?? text, about }))

function labelsFor({ operands, option, current }: Typed, command: string): readonly Candidate[] {
  const kind = command === 'events' ? 'events' : kindTyped(operands)
  const typed = current.slice(option?.before.length ?? 0)
  const before = typed.slice(0, typed.lastIndexOf(',') + 1)
  const kinds = kind === undefined ? KINDS : [kind]
  return [...new Set(kinds.flatMap((each) => Object.keys(LABELS[each])))].map((label) => ({
    text: `${before}${label}=`,
    about: '',
  }))
}
