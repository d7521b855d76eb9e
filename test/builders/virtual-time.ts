import { createRequire, syncBuiltinESMExports } from 'node:module'
import type Sinon from 'sinon'
import { watchTalks } from './talks.ts'

/** Imported as a module, sinon doesn't see `node:timers/promises`. */
const sinon: typeof Sinon = createRequire(import.meta.url)('sinon')

/** So many turns of the event loop in a row with nothing under way, and only time can go on. */
const QUIET_TURNS = 3
/**
 * After so many turns of waiting for something outside, it is asked for less often. A file operation takes fewer where the
 * machine has nothing else to do; where it has, turning on would keep just that from being done.
 */
const LONG_WAIT = 20

const real = { setImmediate, setTimeout }
let users = 0
let stop: (() => void) | undefined

/**
 * From now on the timers and clocks of this process stand still while anything in it is under way, and go on at once to the
 * next timer when nothing is: a file operation, another process, or a request on its way to the server or back. So a
 * wait of minutes takes a moment, and none ends too early because the machine is slow. What sockets do by themselves
 * stays in real time.
 *
 * The returned function gives real time back; where several have asked, the last one does.
 */
export function startVirtualTime(): () => void {
  users += 1
  stop ??= start()
  return () => {
    users -= 1
    if (users > 0) return
    stop?.()
    stop = undefined
  }
}

function start(): () => void {
  const clock = sinon.useFakeTimers({
    now: Date.now(),
    toFake: ['setTimeout', 'clearTimeout', 'setInterval', 'clearInterval', 'Date', 'performance'],
    shouldClearNativeTimers: true,
  })
  const sandbox = sinon.createSandbox()
  sandbox.replace(AbortSignal, 'timeout', abortAfter)
  const talks = watchTalks(sandbox)
  // For those who have imported a function by its name.
  syncBuiltinESMExports()
  const ended = new AbortController()
  void goOn(clock, () => talks.underWay() || isSystemAtWork(), ended.signal)
  return () => {
    ended.abort()
    talks.stop()
    sandbox.restore()
    clock.restore()
    syncBuiltinESMExports()
  }
}

async function goOn(clock: Sinon.SinonFakeTimers, isUnderWay: () => boolean, ended: AbortSignal): Promise<void> {
  for (let quiet = 0, waited = 0; !ended.aborted;) {
    await new Promise<void>((resolve) => {
      if (waited > LONG_WAIT) real.setTimeout(resolve, 1)
      else real.setImmediate(resolve)
    })
    const waits = isUnderWay() || clock.countTimers() === 0
    waited = waits ? waited + 1 : 0
    quiet = waits ? 0 : quiet + 1
    if (quiet < QUIET_TURNS || ended.aborted) continue
    quiet = 0
    clock.next()
  }
}

/** Real ones are not made of timers that can be seen. */
function abortAfter(milliseconds: number): AbortSignal {
  const controller = new AbortController()
  setTimeout(() => controller.abort(new DOMException(`${milliseconds} ms are over`, 'TimeoutError')), milliseconds)
  return controller.signal
}

/** Whether somebody is at work for us on a file, as another process, or in a thread that is waited for. */
const isSystemAtWork = (): boolean =>
  process.getActiveResourcesInfo().some((kind) => kind.startsWith('FSReq') || AT_WORK.has(kind))

/** `CloseReq`: a file that is being closed. */
const AT_WORK: ReadonlySet<string> = new Set(['CloseReq', 'ProcessWrap', 'MessagePort'])
