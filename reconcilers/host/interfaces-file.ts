/**
 * `/etc/network/interfaces` as lines and the stanzas they belong to, by interfaces(5) as ifupdown2 reads it: a stanza is a
 * line that begins with one of its keywords and the option lines up to the next such line; a line that ends in a backslash
 * goes on in the next.
 */
export interface InterfacesFile {
  /** With their ends, so that joining them is the text. */
  readonly lines: readonly string[]
  readonly stanzas: readonly Stanza[]
}

export interface Stanza {
  /** `iface`, `auto`, `allow-hotplug`, `source`, ... */
  readonly keyword: string
  /** What stands after it, at blanks. */
  readonly words: readonly string[]
  readonly header: Statement
  readonly options: readonly Statement[]
}

/** One line, or several that are one by backslashes. */
export interface Statement {
  readonly from: number
  /** The line after its last. */
  readonly to: number
  /** Without backslashes and outer blanks. */
  readonly text: string
}

const KEYWORDS =
  /^(?:iface|auto|allow-\S+|mapping|source|source-directory|vlan|rename|template|no-auto-down|no-scripts)$/

/** Reads any text: what it does not know is an option of the stanza above, or of none. */
export function parseInterfaces(text: string): InterfacesFile {
  const lines = linesOf(text)
  const stanzas: (Omit<Stanza, 'options'> & { options: Statement[] })[] = []
  for (const statement of statementsOf(lines)) {
    const [keyword = '', ...words] = statement.text.split(/\s+/)
    if (KEYWORDS.test(keyword)) stanzas.push({ keyword, words, header: statement, options: [] })
    else stanzas.at(-1)?.options.push(statement)
  }
  return { lines, stanzas }
}

/** A text's lines with their ends; the last may have none. */
export const linesOf = (text: string): readonly string[] => text.match(/[^\n]*\n|[^\n]+$/g) ?? []

function statementsOf(lines: readonly string[]): readonly Statement[] {
  const statements: Statement[] = []
  for (let from = 0; from < lines.length; from += 1) {
    const first = lines[from] ?? ''
    if (/^\s*(?:#|$)/.test(first)) continue
    let to = from + 1
    let text = first.trim()
    while (text.endsWith('\\') && to < lines.length) {
      text = `${text.slice(0, -1).trimEnd()} ${(lines[to] ?? '').trim()}`
      to += 1
    }
    statements.push({ from, to, text })
    from = to - 1
  }
  return statements
}

/** The stanzas that say how a device is set up. */
export const ifacesOf = ({ stanzas }: InterfacesFile, device: string): readonly Stanza[] =>
  stanzas.filter(({ keyword, words }) => keyword === 'iface' && words[0] === device)

/** Whether what Proxmox writes for VNets, `/etc/network/interfaces.d/sdn`, is read. */
export const readsSdn = ({ stanzas }: InterfacesFile): boolean =>
  stanzas.some(
    ({ keyword, words: [place = ''] }) =>
      (keyword === 'source' && /^(?:\/etc\/network\/)?interfaces\.d\/(?:\*|sdn)$/.test(place)) ||
      (keyword === 'source-directory' && /^(?:\/etc\/network\/)?interfaces\.d\/?$/.test(place)),
  )

const HOOK = /^(?:pre-up|up|post-up|pre-down|down|post-down)$/

/** The command of an option that has one run. */
export function hookOf({ text }: Statement): { readonly hook: string; readonly command: string } | undefined {
  const [, hook = '', command = ''] = /^(\S+)\s+(.*)$/.exec(text) ?? []
  return HOOK.test(hook) ? { hook, command } : undefined
}

/** True where a text names a device, not as a part of another name. */
export const namesDevice = (text: string, device: string): boolean => wordOf(device).test(text)

/** The text with another device's name in place of one. */
export const renamedDevice = (text: string, from: string, to: string): string =>
  text.replaceAll(new RegExp(wordOf(from).source, 'g'), to)

const wordOf = (device: string): RegExp => new RegExp(`(?<![\\w.-])${device.replaceAll(/[^\w]/g, '\\$&')}(?![\\w.-])`)
