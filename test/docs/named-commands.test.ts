import { readdir, readFile } from 'node:fs/promises'
import { PassThrough } from 'node:stream'
import { expect } from 'chai'
import type { Command } from 'commander'
import { lanistaCommands } from '../../controllers/command-line.ts'
import { compose } from '../../controllers/compose/compose.ts'

/** A command line that a page names, with the page. */
interface Named {
  readonly page: string
  readonly words: readonly string[]
}

/** In code between words, and on lines of blocks; what follows a pipe or stands in brackets is another matter. */
const NAMED = /`lanista ([^`\n]+)`|^(?:\$ )?(?:sudo (?:-u \S+ )?)?lanista ([^\n#|>&]+)/gm

async function namedIn(folder: string): Promise<readonly Named[]> {
  const pages = (await readdir(folder)).filter((name) => name.endsWith('.md'))
  const texts = await Promise.all(
    pages.map(async (page) => [`${folder}/${page}`, await readFile(`${folder}/${page}`, 'utf8')] as const),
  )
  return texts.flatMap(([page, text]) =>
    [...text.matchAll(NAMED)].map(([, inline, line]) => ({
      page,
      words: (inline ?? line ?? '').trim().split(/\s+/).filter((word) => /^[\w./<>-]/.test(word)),
    })),
  )
}

/** What is wrong with a command line by what the commands take; undefined: nothing. */
function wrongWith(words: readonly string[], command: Command): string | undefined {
  const [first = '', ...rest] = words
  const own = command.commands.find((each) => each.name() === first || each.aliases().includes(first))
  if (own !== undefined) return wrongWith(rest, own)
  if (command.commands.length > 0) return `there is no command ${first}`
  const given: string[] = []
  for (let at = 0; at < words.length; at += 1) {
    const [name = ''] = (words[at] ?? '').split('=')
    if (!name.startsWith('-')) {
      given.push(name)
      continue
    }
    const option = command.options.find(({ short, long }) => short === name || long === name)
    if (option === undefined) return `${command.name()} has no option ${name}`
    if (option.required && !words[at]?.includes('=')) {
      at += 1
      const value = words[at]
      if (value === undefined) return `${name} takes a value`
      const isChoice = option.argChoices === undefined || option.argChoices.includes(value)
      if (!isChoice) return `${name} does not take ${value}`
    }
  }
  const takes = command.registeredArguments
  if (given.length < takes.filter(({ required }) => required).length) return `${command.name()} lacks an argument`
  if (!takes.some(({ variadic }) => variadic) && given.length > takes.length)
    return `${command.name()} does not take ${given.at(-1) ?? ''}`
  const [kind] = given
  const choices = takes[0]?.argChoices
  return kind === undefined || choices === undefined || choices.includes(kind) ? undefined : `there is no ${kind}`
}

describe('what people are told to type', () => {
  const silent = new PassThrough()
  const lanista = lanistaCommands('test', compose({ version: 'test', environment: {}, log: silent }), {
    stdin: silent,
    stdout: silent,
    stderr: silent,
    stopSignal: () => new AbortController().signal,
    hangups: () => () => undefined,
  })

  for (const folder of ['docs/runbooks'])
    it(`in ${folder} is a command of lanista, with its options and arguments`, async () => {
      const named = await namedIn(folder)
      expect(named.length).to.be.greaterThan(30)
      expect(
        named.flatMap(({ page, words }) => {
          const wrong = wrongWith(words, lanista)
          return wrong === undefined ? [] : [`${page}: lanista ${words.join(' ')}: ${wrong}`]
        }),
      ).to.deep.equal([])
    })

  it('is seen when it is wrong', () => {
    const wrong = [
      ['gte', 'ranges'],
      ['doctor', '--loud'],
      ['run', '--plan'],
      ['trace'],
      ['trace', 'JD', 'KT'],
    ].map((words) => wrongWith(words, lanista))
    expect(wrong).to.deep.equal([
      'there is no command gte',
      'doctor has no option --loud',
      '--plan takes a value',
      'trace lacks an argument',
      'trace does not take KT',
    ])
  })
})
