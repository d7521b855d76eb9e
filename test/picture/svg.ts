/** What stood on a terminal from a moment on. */
export interface Frame {
  /** Milliseconds since the start. */
  readonly at: number
  /** With ANSI colours, lines separated by `\n`. */
  readonly text: string
}

/** How a change of colour begins on a terminal. */
const ESCAPE = '\u001B['
const SGR = new RegExp(`(${ESCAPE.replace('[', '\\[')}[0-9;]*m)`)
const [CHAR, LINE, PADDING] = [7.25, 17, 16]
const COLOURS: Readonly<Record<string, string>> = { '31': '#f7768e', '32': '#9ece6a', '33': '#e0af68', '36': '#7dcfff' }

/** The frames as one SVG that plays them in a loop; the last stays for `lastMs`. */
export function svgOf(frames: readonly Frame[], lastMs: number): string {
  const start = frames[0]?.at ?? 0
  const end = (frames.at(-1)?.at ?? 0) - start + lastMs
  const lines = Math.max(...frames.map(({ text }) => text.split('\n').length))
  const [width, height] = [112 * CHAR + 2 * PADDING, lines * LINE + 2 * PADDING]
  const groups = frames.map(({ at, text }, index) => {
    const from = (at - start) / end
    const until = ((frames[index + 1]?.at ?? start + end) - start) / end
    return `<g visibility="hidden">${visibility(from, until, end)}${text.split('\n').map(lineOf).join('')}</g>`
  })
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" font-family="ui-monospace,SFMono-Regular,Menlo,Consolas,'DejaVu Sans Mono',monospace" font-size="12">
<title>The Lanista demo: two range files become running VMs</title>
<rect width="100%" height="100%" rx="8" fill="#1a1b26"/>
${groups.join('\n')}
</svg>
`
}

/** Shows a frame from one fraction of the loop to another. A picture that isn't animated shows the last frame. */
function visibility(from: number, until: number, durationMs: number): string {
  const times = [0, from, Math.min(1, until)].map((time) => time.toFixed(4)).join(';')
  const last = until >= 1 ? '<set attributeName="visibility" to="visible"/>' : ''
  return `${last}<animate attributeName="visibility" values="hidden;visible;hidden" keyTimes="${times}" calcMode="discrete" dur="${(durationMs / 1000).toFixed(2)}s" repeatCount="indefinite"/>`
}

function lineOf(line: string, index: number): string {
  let style = ''
  let column = 0
  const spans: string[] = []
  for (const part of line.split(SGR)) {
    const code = part.startsWith(ESCAPE) ? part.slice(ESCAPE.length, -1) : undefined
    if (code !== undefined) style = styleOf(code, style)
    else if (part !== '') {
      if (part.trim() !== '')
        spans.push(`<tspan x="${(PADDING + column * CHAR).toFixed(1)}"${style}>${escaped(part)}</tspan>`)
      column += part.length
    }
  }
  return spans.length === 0
    ? ''
    : `<text y="${PADDING + (index + 1) * LINE - 4}" fill="#c0caf5" xml:space="preserve">${spans.join('')}</text>`
}

function styleOf(code: string, before: string): string {
  if (COLOURS[code] !== undefined) return ` fill="${COLOURS[code]}"`
  if (code === '1') return ' font-weight="bold"'
  if (code === '2') return ' fill="#787c99"'
  return ['0', '22', '39', ''].includes(code) ? '' : before
}

const escaped = (text: string): string => text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;')
