import { EVENT_ID, type Event, parseEvents, SCALAR_STYLE, type ScalarEvent } from 'js-yaml'
import { YAML_LIMITS } from './parse-within-limits.ts'

/**
 * What a text says when it is written in the plain YAML that nearly every file is written in, and undefined when it
 * is not: then, and when anything is wrong with it, `readYaml` must look. Never throws. What it returns is what
 * `readYaml` would return; a property test compares the two.
 *
 * Plain is: one document without directives, anchors, aliases, tags, merge keys, complex or repeated keys; keys of
 * text; scalars on one line, quoted ones without escapes, others that all YAML versions and parsers read alike.
 */
export function plainValueOf(text: string): PlainValue | undefined {
  // A text that is no longer than the marks allowed can't have more of them.
  if (text.length > YAML_LIMITS.marks || UNUSUAL.test(text) || DOCUMENT_END.test(text) || hasLongLine(text))
    return undefined
  try {
    const events = parseEvents(text, { maxDepth: MOST_DEPTH })
    return { value: new Construction(text).valueOf(events), events }
  } catch {
    // js-yaml throws at what it takes for wrong; what it is to Lanista is not its decision.
    return undefined
  }
}

/** A value that every YAML parser reads out of one text. */
export interface PlainValue {
  readonly value: unknown
  /** The document's start, what is in it, in the order of the text, and its end; with character offsets. */
  readonly events: readonly Event[]
}

/** Far below the limit of depth, which js-yaml counts in its own way. */
const MOST_DEPTH = 32

/** Anything but line ends, printable ASCII, and the letters and signs that people write into comments and names. */
const UNUSUAL =
  /\r(?!\n)|[^\r\n\x20-\x7e\u00a1-\u00ac\u00ae-\u02ff\u0391-\u03c9\u0400-\u04ff\u2010-\u2027\u2030-\u205e\u2190-\u25ff\u3041-\u9fff\uac00-\ud7a3]/

/** js-yaml passes over one at the beginning, together with what follows it. */
const DOCUMENT_END = /^\.\.\./m

/** A key may have 1024 characters up to its colon, which js-yaml does not count. */
const LONGEST_LINE = 1000

const hasLongLine = (text: string): boolean => text.split('\n').some((line) => line.length > LONGEST_LINE)

/** Thrown at anything that is not plain. */
class NotPlain extends Error {}

type Collection =
  | { readonly kind: 'list'; readonly list: unknown[] }
  | { readonly kind: 'map'; readonly map: Record<string, unknown>; key: string | undefined }

/** Builds the value from the parser's events, of which each has its offsets in the text. */
class Construction {
  readonly #text: string
  readonly #open: Collection[] = []
  #root: { readonly value: unknown } | undefined

  constructor(text: string) {
    this.#text = text
  }

  valueOf(events: readonly Event[]): unknown {
    for (const event of events.slice(1, -1)) this.#take(event)
    const [first] = events
    const isPlain = first?.type === EVENT_ID.DOCUMENT && first.directives.length === 0
    // js-yaml also takes a `---` for the start of the document that is not the first on its line.
    const isStarted = isPlain && (!first.explicitStart || /^---/m.test(this.#text))
    if (!isStarted || this.#open.length > 0 || this.#root === undefined) throw new NotPlain()
    return this.#root.value
  }

  #take(event: Event): void {
    switch (event.type) {
      case EVENT_ID.MAPPING:
      case EVENT_ID.SEQUENCE: {
        if (event.anchorStart !== -1 || event.tagStart !== -1) throw new NotPlain()
        const isMap = event.type === EVENT_ID.MAPPING
        const collection: Collection = isMap ? { kind: 'map', map: {}, key: undefined } : { kind: 'list', list: [] }
        this.#add(collection.kind === 'map' ? collection.map : collection.list, false)
        this.#open.push(collection)
        return
      }
      case EVENT_ID.SCALAR:
        // Not `fast` is what says more, or less, than it is written: escapes, several lines, nothing at all.
        if (event.anchorStart !== -1 || event.tagStart !== -1 || !event.fast) throw new NotPlain()
        this.#add(this.#scalarOf(event), true)
        return
      case EVENT_ID.POP:
        if (this.#open.pop() === undefined) throw new NotPlain()
        return
      case EVENT_ID.ALIAS:
      case EVENT_ID.DOCUMENT:
        throw new NotPlain()
    }
  }

  #scalarOf({ valueStart, valueEnd, style }: ScalarEvent): unknown {
    const source = this.#text.slice(valueStart, valueEnd)
    return style === SCALAR_STYLE.PLAIN ? plainScalarOf(source) : source
  }

  #add(value: unknown, isScalar: boolean): void {
    const owner = this.#open.at(-1)
    if (owner === undefined) {
      if (this.#root !== undefined) throw new NotPlain()
      this.#root = { value }
    } else if (owner.kind === 'list') owner.list.push(value)
    else if (owner.key !== undefined) {
      owner.map[owner.key] = value
      owner.key = undefined
    } else {
      if (!isScalar || typeof value !== 'string' || value === '__proto__' || Object.hasOwn(owner.map, value))
        throw new NotPlain()
      owner.key = value
    }
  }
}

/** Words that one YAML version or another takes for something else than text. */
const ODD_WORD = /^(?:true|false|null|yes|no|on|off|y|n|nan|inf)$/i
const TEXT_START = /^[A-Za-z_/\\]/
const PLAIN_NUMBER = /^(?:0|[1-9][0-9]{0,14})(?:\.[0-9]{1,6})?$/
/** Begins with a digit, and has what no number of any YAML version has, such as two points; it may yet be a time. */
const TEXT_AFTER_DIGIT = /^[0-9]+(?:\.[0-9]+){2,}$|^[0-9].*(?:[g-np-wyzG-NP-WYZ/(, ]|[^eE]-)/
const TIME = /^[0-9]{4}-[0-9]/

function plainScalarOf(source: string): unknown {
  if (source === 'true') return true
  if (source === 'false') return false
  if (TEXT_START.test(source) && !ODD_WORD.test(source)) return source
  if (PLAIN_NUMBER.test(source)) return Number(source)
  if (TEXT_AFTER_DIGIT.test(source) && !TIME.test(source)) return source
  throw new NotPlain()
}
