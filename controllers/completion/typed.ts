import type { ArgumentShape, CommandShape, OptionShape } from './command-shape.ts'

/** What somebody is about to type, by what stands before it. */
export interface Typed {
  readonly command: CommandShape
  /** Names of the commands that led there, such as `migrate`, `host`, `plan`. */
  readonly path: readonly string[]
  /** Values of options so far, by the option's long name. */
  readonly given: ReadonlyMap<string, string>
  /** Arguments so far, without options. */
  readonly operands: readonly string[]
  /** The word under the cursor as far as it is typed. */
  readonly current: string
  /** That word is the value of this option; `before` stands before the value in the same word, such as `--output=`. */
  readonly option: { readonly option: OptionShape; readonly before: string } | undefined
  /** `--` was typed: what follows is no option. */
  readonly isLiteral: boolean
}

/** Reads the words of a command line after the program's name; the last is the one under the cursor. */
export function readTyped(program: CommandShape, words: readonly string[]): Typed {
  let command = program
  const path: string[] = []
  const operands: string[] = []
  const given = new Map<string, string>()
  let waiting: OptionShape | undefined
  let isLiteral = false
  for (const word of words.slice(0, -1)) {
    const isFlag = !isLiteral && word.startsWith('-') && word !== '-'
    if (waiting !== undefined && !(isFlag && waiting.variadic)) {
      given.set(waiting.long ?? '', word)
      if (!waiting.variadic) waiting = undefined
      continue
    }
    waiting = undefined
    if (!isLiteral && word === '--') isLiteral = true
    else if (isFlag) {
      const { option, value } = optionIn(command, word)
      if (option?.required === true && value === undefined) waiting = option
      else if (option?.long !== undefined) given.set(option.long, value ?? '')
    } else {
      const below: CommandShape | undefined =
        operands.length === 0 ? command.commands.find((each) => each.name() === word) : undefined
      if (below === undefined) operands.push(word)
      else {
        command = below
        path.push(word)
      }
    }
  }
  const current = words.at(-1) ?? ''
  return { command, path, given, operands, current, option: optionFor(command, current, waiting, isLiteral), isLiteral }
}

function optionFor(
  command: CommandShape,
  current: string,
  waiting: OptionShape | undefined,
  isLiteral: boolean,
): Typed['option'] {
  const isFlag = !isLiteral && current.startsWith('-') && current !== '-'
  if (waiting !== undefined && !(isFlag && waiting.variadic)) return { option: waiting, before: '' }
  const at = current.indexOf('=')
  if (!isFlag || at === -1) return undefined
  const { option } = optionIn(command, current)
  return option?.required === true ? { option, before: current.slice(0, at + 1) } : undefined
}

function optionIn(
  command: CommandShape,
  word: string,
): { readonly option: OptionShape | undefined; readonly value: string | undefined } {
  const [name = '', ...rest] = word.split('=')
  const value = rest.length === 0 ? undefined : rest.join('=')
  return { option: command.options.find(({ long, short }) => long === name || short === name), value }
}

/** The argument that comes next; undefined when the command takes no more. */
export function argumentNext({ command, operands }: Typed): ArgumentShape | undefined {
  const { registeredArguments: all } = command
  const last = all.at(-1)
  return all[operands.length] ?? (last?.variadic === true ? last : undefined)
}
