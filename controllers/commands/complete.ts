import type { ViewKind, Views } from '../../model/api/lanista-api.ts'
import { printable } from '../../model/printable.ts'
import { UserError } from '../../model/user-error.ts'
import { type Candidate, candidatesFor, type NamesOf } from '../completion/candidates.ts'
import type { CommandShape } from '../completion/command-shape.ts'
import { completionScript, FILES_LINE, SHELLS } from '../completion/scripts.ts'
import { splitLine } from '../completion/split-line.ts'
import { readTyped } from '../completion/typed.ts'
import { nameOf } from '../seeing/kinds.ts'
import type { Composition } from './composition.ts'
import { knownLanista, type LanistaOptions } from './open-lanista.ts'

/** `lanista completion`: prints the script by which a shell completes command lines. Throws `UserError` for a shell without one. */
export function completionCommand(shell: string, print: (line: string) => void): number {
  const known = SHELLS.find((each) => each === shell)
  if (known === undefined)
    throw new UserError(`completion ${printable(shell)}: there is a script for ${SHELLS.join(', ')}`)
  print(completionScript(known))
  return 0
}

/** Who types waits no longer for names, in milliseconds. */
const NAMES_WITHIN_MS = 1000
/** Nobody reads more of them. */
const MOST = 500

/**
 * `lanista __complete`: what may come next on a command line, one a line, for the scripts of `lanista completion`. What goes wrong is
 * silent, as somebody is typing.
 *
 * @param words of bash the line up to the cursor, and its word breaks; of others the words after the program's name
 */
export async function completeCommand(
  shell: string,
  words: readonly string[],
  program: CommandShape,
  placeOf: (given: ReadonlyMap<string, string>) => LanistaOptions,
  composition: Composition,
  print: (line: string) => void,
  signal: AbortSignal,
): Promise<number> {
  const [line = '', breaks = ''] = words
  const typed = readTyped(program, shell === 'bash' ? splitLine(line).slice(1) : words)
  const namesOf = (kind: ViewKind) => namesInTime(kind, placeOf(typed.given), composition, signal)
  const candidates = await candidatesFor(typed, namesOf)
  if (candidates === 'files') {
    print(FILES_LINE)
    return 0
  }
  const cut = shell === 'bash' ? lastBreak(typed.current, breaks) : 0
  for (const { text, about } of candidates.slice(0, MOST)) {
    // A name that a shell would act on is no help to anybody.
    if (!/^[\p{L}\p{N}_./=:,@%+-]+$/u.test(text)) continue
    const said = shell === 'bash' || about === '' ? '' : `\t${printable(firstSentence(about), 80)}`
    print(`${text.slice(cut)}${said}`)
  }
  return 0
}

/** bash puts what is chosen in the place of what follows the last of these, `=` and `:` among them. */
const lastBreak = (current: string, breaks: string): number =>
  Math.max(0, ...['=', ':'].filter((each) => breaks.includes(each)).map((each) => current.lastIndexOf(each) + 1))

const firstSentence = (text: string): string => text.split(/[;:.] /)[0] ?? text

const namesInTime = async (
  kind: ViewKind,
  place: LanistaOptions,
  composition: Composition,
  signal: AbortSignal,
): ReturnType<NamesOf> => {
  const over = new AbortController()
  const until = AbortSignal.any([signal, over.signal])
  const ask = async (): Promise<readonly Candidate[]> => {
    const { api } = await knownLanista(place, composition, () => undefined, until)
    const { items } = await api.list(kind, until)
    return items.map((view) => ({ text: nameOf(kind, view), about: aboutOf(view) }))
  }
  try {
    return await Promise.race([
      ask().catch(() => []),
      composition.clock.sleep(NAMES_WITHIN_MS, until).then(
        () => [],
        () => [],
      ),
    ])
  } finally {
    over.abort(new Error('nobody waits any more'))
  }
}

const aboutOf = (view: Views[ViewKind]): string => ('state' in view ? view.state : 'phase' in view ? view.phase : '')
