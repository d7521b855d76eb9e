import { UserError } from '../../model/user-error.ts'
import type { Observed } from '../../model/observed.ts'
import type { RangeStatus } from '../../model/range-status.ts'
import type { Composition, Connected } from './composition.ts'
import type { Controller } from '../controller.ts'
import { type DemoFolder, layOutDemoFolder } from '../demo/demo-folder.ts'
import { nextSteps } from '../demo/next-steps.ts'
import { phaseLines } from '../terminal/phase-lines.ts'
import { liveView } from '../terminal/live-view.ts'
import { type Paint, paintFor } from '../terminal/paint.ts'
import { rangeTable } from '../terminal/range-table.ts'

export interface DemoOptions {
  /** End with status 0 as soon as both example ranges are Ready, instead of going on. */
  readonly untilReady: boolean
  /** Address of the HTTP endpoints. */
  readonly listen: string
}

interface Terminal {
  readonly isTTY?: boolean
  readonly columns?: number
  readonly rows?: number
  write(text: string): unknown
}

/**
 * `npm start`: the whole of Lanista against a simulated cluster, in front of the user. Leaves nothing behind.
 *
 * @returns the exit status
 */
export async function demoCommand(
  options: DemoOptions,
  composition: Composition,
  terminal: Terminal,
  signal: AbortSignal,
): Promise<number> {
  const paint = paintFor(terminal, composition.environment)
  terminal.write(
    `${paint('bold', 'Lanista demo')}: a simulated Proxmox VE cluster stands in, nothing real is touched.\n\n`,
  )
  const cluster = await composition.simulate({ clusterFile: undefined, listen: undefined, pace: 'demo' })
  const folder = await layOutDemoFolder(cluster, options.listen)
  try {
    return await runDemo(options, folder, composition, terminal, paint, signal)
  } finally {
    await cluster.close()
    await folder.remove()
  }
}

async function runDemo(
  options: DemoOptions,
  folder: DemoFolder,
  composition: Composition,
  terminal: Terminal,
  paint: Paint,
  signal: AbortSignal,
): Promise<number> {
  // The demo is the same everywhere, whatever this environment sets for a real cluster.
  const config = await composition.loadConfig(folder.configFile, {})
  const logger = composition.openLog({ file: folder.logFile })
  const connected = await composition.connect(config, logger)
  const { controller, observed } = composition.controller(() => config, connected, logger)

  const ended = new AbortController()
  const stop = AbortSignal.any([signal, ended.signal])
  const http = await serveSomewhere(connected, observed, stop)
  const steps = options.untilReady ? [] : nextSteps({ ...folder, http: `http://${http}` }, paint)
  const show =
    terminal.isTTY === true && !options.untilReady
      ? liveShow(controller, terminal, paint, steps)
      : lineShow(controller, terminal, paint, steps)
  const unsubscribe = controller.board.onChange((status) => {
    show.changed(status)
    if (options.untilReady && controller.board.allReady() && controller.board.all().length >= 2) ended.abort()
  })
  try {
    await controller.run(stop)
  } finally {
    unsubscribe()
    show.end()
  }
  terminal.write('\n')
  return options.untilReady && !controller.board.allReady() ? 1 : 0
}

/** The usual address, or any free port when that one is taken, perhaps by another demo. */
async function serveSomewhere(connected: Connected, observed: Observed, signal: AbortSignal): Promise<string> {
  try {
    return await connected.serve(observed, signal)
  } catch (error) {
    if (error instanceof UserError) return await connected.serve(observed, signal, '127.0.0.1:0')
    throw error
  }
}

interface Show {
  changed(status: RangeStatus): void
  end(): void
}

/** The live table, drawn again in place; what to try next stands below it as soon as all ranges are Ready. */
function liveShow({ board }: Controller, terminal: Terminal, paint: Paint, steps: readonly string[]): Show {
  const view = liveView(terminal)
  let wasReady = false
  let timer: NodeJS.Timeout | undefined
  const draw = (): void => {
    timer = undefined
    wasReady ||= board.allReady()
    const table = rangeTable(board.all(), paint, terminal.columns ?? 80)
    view.draw([table, '', ...(wasReady ? steps : [])].join('\n'))
  }
  return {
    // Many changes come at once; a person sees no more than a few pictures a second.
    changed: () => {
      timer ??= setTimeout(draw, 100)
    },
    end: () => {
      clearTimeout(timer)
      draw()
      view.end()
    },
  }
}

/** One line per event, where there is no terminal to draw on. */
function lineShow({ board }: Controller, terminal: Terminal, paint: Paint, steps: readonly string[]): Show {
  const seen = new Map<string, RangeStatus>()
  let wasReady = false
  return {
    changed: (status) => {
      for (const line of phaseLines(seen.get(status.id), status, paint)) terminal.write(`${line}\n`)
      seen.set(status.id, status)
      if (wasReady || !board.allReady()) return
      wasReady = true
      if (steps.length > 0) terminal.write(`\n${steps.join('\n')}\n`)
    },
    end: () => undefined,
  }
}
