// Draws docs/demo.svg: runs the real demo on a terminal of its own and turns what it draws into an animated picture.
import { writeFile } from 'node:fs/promises'
import { stripVTControlCharacters } from 'node:util'
import { demoCommand } from '../../controllers/commands/demo.ts'
import { compose } from '../../controllers/compose/compose.ts'
import { type Frame, svgOf } from './svg.ts'

const COLUMNS = 112
/** How long the finished table with the next steps stays, in milliseconds. */
const LAST_FRAME = 6000

const started = performance.now()
const stop = new AbortController()
const frames: Frame[] = []
let heading = ''

const terminal = {
  isTTY: true,
  columns: COLUMNS,
  rows: 60,
  write: (text: string) => {
    const drawn = text.split('\u001B[J')[1]
    if (drawn === undefined) heading += text
    else frames.push({ at: performance.now() - started, text: forEverybody(`${heading}${drawn}`) })
    if (drawn?.includes('It keeps watching') === true) stop.abort()
  },
}

/** Paths of this machine mean nothing to a reader. */
const forEverybody = (text: string): string =>
  text
    .replaceAll('\u001B[?25l', '')
    .replaceAll(/\/\S*\/lanista-demo-\w+/g, '/tmp/lanista-demo')
    .replaceAll(/\/\S*\/deploy\/demo/g, 'deploy/demo')

const { NO_COLOR: _, ...inherited } = process.env
const environment = { ...inherited, TERM: 'xterm-256color' }
const composition = compose({ version: 'picture', environment })
await demoCommand({ untilReady: false, listen: '127.0.0.1:8480' }, composition, terminal, stop.signal)

const distinct = frames.filter(
  ({ text }, index) => stripVTControlCharacters(text) !== stripVTControlCharacters(frames[index - 1]?.text ?? ''),
)
await writeFile('docs/demo.svg', svgOf(distinct, LAST_FRAME))
console.log(`docs/demo.svg: ${distinct.length} frames`)
