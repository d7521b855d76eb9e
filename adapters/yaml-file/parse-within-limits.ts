import { Composer, type CST, type Document, Lexer, LineCounter, Parser } from 'yaml'

/**
 * What a hostile file may cost. All three are far beyond any real range file (217 lines, depth 6), and keep the
 * worst case below a second. Depth is no matter of taste: the composer recurses, and a file of opening brackets has
 * been seen to abort the whole process from inside V8.
 */
export const YAML_LIMITS = { characters: 1024 * 1024, tokens: 150_000, depth: 64, aliases: 1000 } as const

/** The documents of a text, or which limit it exceeds and where (character offset). */
export type ParsedYaml =
  | { readonly kind: 'parsed'; readonly documents: readonly Document.Parsed[]; readonly lines: LineCounter }
  | { readonly kind: 'excessive'; readonly finding: string; readonly offset: number; readonly lines: LineCounter }

/** Parses YAML 1.2 with merge keys. Duplicate keys and unknown aliases are left for the caller to find. */
export function parseWithinLimits(text: string): ParsedYaml {
  const lines = new LineCounter()
  const excessive = (finding: string, offset: number): ParsedYaml => ({ kind: 'excessive', finding, offset, lines })
  if (text.length > YAML_LIMITS.characters) return excessive('the file is larger than 1 MiB', 0)

  const tokens: CST.Token[] = []
  const parser = new Parser(lines.addNewLine)
  lines.addNewLine(0)
  let [lexemes, offset] = [0, 0]
  for (const lexeme of new Lexer().lex(text)) {
    lexemes += 1
    offset += lexeme.length
    if (lexemes > YAML_LIMITS.tokens) return excessive('the file has more YAML tokens than any range needs', offset)
    tokens.push(...parser.next(lexeme))
  }
  tokens.push(...parser.end())

  const tooDeep = offsetBeyondDepth(tokens)
  if (tooDeep !== undefined) return excessive(`the YAML is nested deeper than ${YAML_LIMITS.depth} levels`, tooDeep)
  const composer = new Composer({
    prettyErrors: false,
    uniqueKeys: false,
    merge: true,
    logLevel: 'silent',
    lineCounter: lines,
  })
  return { kind: 'parsed', documents: [...composer.compose(tokens)], lines }
}

/** The offset of a token nested too deep, found without recursion. */
function offsetBeyondDepth(tokens: readonly CST.Token[]): number | undefined {
  const open: { readonly token: CST.Token; readonly depth: number }[] = tokens.map((token) => ({ token, depth: 0 }))
  for (let next = open.pop(); next !== undefined; next = open.pop()) {
    const { token, depth } = next
    if (depth > YAML_LIMITS.depth) return token.offset
    for (const child of childrenOf(token)) open.push({ token: child, depth: depth + 1 })
  }
  return undefined
}

function childrenOf(token: CST.Token): readonly CST.Token[] {
  if (token.type === 'document') return token.value === undefined ? [] : [token.value]
  if (!('items' in token)) return []
  return token.items.flatMap(({ key, value }) => [key, value].filter((child) => child !== undefined && child !== null))
}
