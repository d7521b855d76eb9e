/** A part of a pattern. Characters and classes are left to the real engine, one character at a time. */
type Part =
  | { readonly kind: 'character'; readonly fits: RegExp }
  | { readonly kind: 'start' | 'end' }
  | { readonly kind: 'either'; readonly choices: readonly (readonly Part[])[] }
  | {
      readonly kind: 'repeat'
      readonly part: Part
      readonly least: number
      readonly most: number
      readonly lazy: boolean
    }

/** More steps than this are as good as endless. */
export const ENDLESS = 1_000_000

/**
 * Matches as a backtracking engine does and counts the steps, so that a pattern's cost is known without a clock.
 * Understands what this project's patterns use: classes, groups, alternatives, repetition and anchors.
 */
export function backtracking({ source, flags }: RegExp): (text: string) => { matched: boolean; steps: number } {
  const pattern = new PatternReader(source, flags.replaceAll(/[gy]/g, '')).read()
  return (text) => {
    let steps = 0
    const run = (parts: readonly Part[], at: number, from: number, then: (end: number) => boolean): boolean => {
      const part = parts[at]
      if (part === undefined) return then(from)
      if (++steps > ENDLESS) return true
      const rest = (end: number): boolean => run(parts, at + 1, end, then)
      switch (part.kind) {
        case 'start':
          return from === 0 && rest(from)
        case 'end':
          return from === text.length && rest(from)
        case 'character':
          return from < text.length && part.fits.test(text.charAt(from)) && rest(from + 1)
        case 'either':
          return part.choices.some((choice) => run(choice, 0, from, rest))
        case 'repeat': {
          const again = (count: number, here: number): boolean => {
            const more = (): boolean =>
              count < part.most &&
              run([part.part], 0, here, (end) => (end > here || count < part.least) && again(count + 1, end))
            const enough = (): boolean => count >= part.least && rest(here)
            return part.lazy ? enough() || more() : more() || enough()
          }
          return again(0, from)
        }
      }
    }
    let matched = false
    const last = startsOnlyAtTheStart(pattern) ? 0 : text.length
    for (let start = 0; start <= last && !matched; start += 1) matched = run(pattern, 0, start, () => true)
    return { matched, steps }
  }
}

/** Engines know as well that such a pattern need not be tried anywhere else. */
function startsOnlyAtTheStart([first]: readonly Part[]): boolean {
  if (first?.kind === 'start') return true
  return first?.kind === 'either' && first.choices.every(startsOnlyAtTheStart)
}

class PatternReader {
  readonly #source: string
  readonly #flags: string
  #at = 0

  constructor(source: string, flags: string) {
    this.#source = source
    this.#flags = flags
  }

  read(): readonly Part[] {
    const whole = this.#either()
    if (this.#at < this.#source.length) throw new Error(`pattern not understood from ${this.#source.slice(this.#at)}`)
    return [whole]
  }

  #either(): Part {
    const choices = [this.#sequence()]
    while (this.#take(/^\|/) !== undefined) choices.push(this.#sequence())
    return { kind: 'either', choices }
  }

  #sequence(): readonly Part[] {
    const parts: Part[] = []
    while (this.#at < this.#source.length && !/^[|)]/.test(this.#source.slice(this.#at))) parts.push(this.#repeated())
    return parts
  }

  #repeated(): Part {
    const part = this.#single()
    const found = this.#take(/^(?:[*+?]|\{\d+(?:,\d*)?\})\??/)
    if (found === undefined) return part
    const [least = 0, most = Infinity] = { '*': [0], '+': [1], '?': [0, 1] }[found.charAt(0)] ?? boundsOf(found)
    return { kind: 'repeat', part, least, most, lazy: found.length > 1 && found.endsWith('?') }
  }

  #single(): Part {
    if (this.#take(/^\^/) !== undefined) return { kind: 'start' }
    if (this.#take(/^\$/) !== undefined) return { kind: 'end' }
    if (this.#take(/^\((?:\?:)?(?!\?)/) !== undefined) {
      const inner = this.#either()
      if (this.#take(/^\)/) === undefined) throw new Error(`a group of ${this.#source} is not closed`)
      return inner
    }
    const one = this.#take(/^(?:\[(?:\\.|[^\]\\])*\]|\\p\{\w+\}|\\u\{\w+\}|\\.|[^()|*+?])/)
    if (one === undefined || /^\\[1-9bBk]/.test(one)) throw new Error(`pattern ${this.#source} is not understood`)
    return { kind: 'character', fits: new RegExp(`^(?:${one})$`, this.#flags) }
  }

  #take(what: RegExp): string | undefined {
    const found = what.exec(this.#source.slice(this.#at))?.[0]
    this.#at += found?.length ?? 0
    return found
  }
}

/** `{2}`, `{2,}`, `{2,5}`. */
function boundsOf(text: string): readonly number[] {
  const [least = 0, most] = (text.match(/\d+/g) ?? []).map(Number)
  if (!text.includes(',')) return [least, least]
  return most === undefined ? [least] : [least, most]
}
