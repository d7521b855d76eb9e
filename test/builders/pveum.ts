import { ask } from '../adapters/simulator/ask.ts'
import type { Simulator } from '../../adapters/simulator/start-simulator.ts'

/**
 * Runs a line as a person pastes it into the shell of a node, word for word: `pveum` and `&&` alone are known. Throws what a
 * command is refused with, and for one that is none.
 */
export async function runPveum({ url, token }: Pick<Simulator, 'url' | 'token'>, script: string): Promise<void> {
  for (const line of script.split(' && ')) {
    const { method, path, params } = callOf(wordsOf(line))
    const { status, reason } = await ask(url, token, method, path, params)
    if (status !== 200) throw new Error(`${line}: ${status} ${reason}`)
  }
}

/** The `pveum` line of a message for a person: it ends with the message, or where other words begin. */
export function pveumIn(message: string): string {
  const [, script] = /(?:grant it|lift that) with: (pveum [^;]*)/.exec(message) ?? []
  if (script === undefined) throw new Error(`no line in: ${message}`)
  return script
}

interface Call {
  readonly method: 'POST' | 'PUT'
  readonly path: string
  readonly params: Readonly<Record<string, string>>
}

function callOf([program, ...words]: readonly string[]): Call {
  const [noun, verb, ...rest] = words
  if (program !== 'pveum') throw new Error(`${program}: command not found`)
  const name = rest.find((word) => !word.startsWith('--')) ?? ''
  const options = optionsOf(rest.slice(rest.indexOf(name) + 1))
  switch (`${noun} ${verb}`) {
    case 'role add':
      return { method: 'POST', path: '/access/roles', params: { roleid: name, ...options } }
    case 'role modify':
      return { method: 'PUT', path: `/access/roles/${name}`, params: options }
    case 'acl modify':
      return { method: 'PUT', path: '/access/acl', params: { path: name, ...options } }
    case 'acl delete':
      return { method: 'PUT', path: '/access/acl', params: { path: name, ...options, delete: '1' } }
    default:
      throw new Error(`pveum ${noun} ${verb}: no such command`)
  }
}

function optionsOf(words: readonly string[]): Readonly<Record<string, string>> {
  const options: Record<string, string> = {}
  for (let at = 0; at < words.length; at += 2) {
    const [option, value] = [words[at], words[at + 1]]
    if (option?.startsWith('--') !== true || value === undefined)
      throw new Error(`400 unable to parse option ${option}`)
    options[option.slice(2)] = value
  }
  return options
}

/** As a shell splits a line: quotes hold blanks together. */
const wordsOf = (line: string): readonly string[] =>
  [...line.matchAll(/(?:"[^"]*"|'[^']*'|[^\s"'])+/g)].map(([word]) => word.replaceAll(/["']/g, ''))
