import { AsyncResource } from 'node:async_hooks'
import { register } from 'node:module'
import { type Call, listen } from './recorder.ts'
import { wayTo, type Way } from './way.ts'

/**
 * Lets the whole product run against the simulator, drops a range file into its folder, changes it, and writes the way that
 * each of both took to the request for a clone, as JSON.
 */
register('./instrument.js', import.meta.url)
// Whatever is loaded from here on is recorded.
const { openLab } = await import('../scenarios/lab.ts')
const { rangeText } = await import('../scenarios/ranges.ts')
const { startVirtualTime } = await import('../builders/virtual-time.ts')

let calls: Call[] = []
const hasEnded = (name: string): boolean => calls.some((call) => call.name === name && call.ended)
let way: Way | undefined
listen((call, args) => {
  calls.push(call)
  if (way === undefined && call.name === 'exchange' && isClone(args[1])) way = wayTo(call, calls)
})

const isClone = (request: unknown): boolean =>
  typeof request === 'object' && request !== null && 'call' in request && String(request.call).endsWith('/clone')

// In virtual time no reload ends before a clone was asked for meanwhile, however busy this machine is.
const backToRealTime = startVirtualTime()
bindTimers()
const lab = await openLab({ resyncMs: 3_600_000 })
try {
  // The folder is watched, and has been looked at for the first time: what comes now comes by its own event.
  while (!hasEnded('watchRanges') || !hasEnded('RangeFolder.idsIfReadable')) await new Promise(setImmediate)
  const dc = { name: 'dc', vlan: 10, octet: 11 }
  const dropped = await wayOf(() => lab.drop('JD.yml', rangeText([dc])))
  await lab.until(() => lab.ready('JD'))
  const changed = await wayOf(() => lab.drop('JD.yml', rangeText([dc, { name: 'kali', vlan: 99, octet: 1 }])))
  process.stdout.write(JSON.stringify({ dropped, changed }))
} finally {
  await lab.close()
  backToRealTime()
}

/** What a timer of virtual time calls is called by whoever has set it, as with those of Node. */
function bindTimers(): void {
  for (const name of ['setTimeout', 'setInterval'] as const) {
    const set = globalThis[name]
    const bound = (callback: () => void, ...rest: readonly unknown[]): unknown =>
      Reflect.apply(set, globalThis, [AsyncResource.bind(callback), ...rest])
    Object.assign(globalThis, { [name]: bound })
  }
}

async function wayOf(change: () => Promise<void>): Promise<Way> {
  calls = []
  way = undefined
  await change()
  await lab.until(() => way !== undefined)
  if (way === undefined) throw new Error('no clone was asked for')
  return way
}
