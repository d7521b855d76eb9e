import { feedHub, type FromTab, type ToTab } from './feed-hub.ts'

/** The address of the shared worker's script: it changes with its content, and so does the worker. */
declare const FEED_WORKER: string

/** A way to whoever holds the connection. */
interface Way {
  say(message: FromTab): void
}

/**
 * Connects this tab: through a shared worker; where there is none, through that tab of this browser that holds a lock, and speaks to
 * the others by a channel; where there is no lock either (a phone that asks by plain HTTP), by itself, while it is looked at.
 *
 * @param take takes in what is told; the next portion comes when the promise has resolved
 */
export function connectTab(take: (message: ToTab) => Promise<void> | void): Way {
  const way =
    typeof SharedWorker !== 'undefined'
      ? byWorker
      : isLockable() && 'BroadcastChannel' in globalThis
        ? byLeader
        : byItself
  const made = way((message) => {
    void Promise.resolve(take(message)).then(() => 'changes' in message && made.say({ say: 'taken' }))
  })
  addEventListener('pagehide', () => made.say({ say: 'bye' }))
  // Back from the browser's cache of pages, it has missed what was said meanwhile.
  addEventListener('pageshow', ({ persisted }) => persisted && made.say({ say: 'hello' }))
  addEventListener('online', () => made.say({ say: 'hurry' }))
  return made
}

/** Absent where the page is served without TLS from another machine. */
const isLockable = (): boolean => 'locks' in navigator && navigator.locks !== undefined

function byWorker(take: (message: ToTab) => void): Way {
  const { port } = new SharedWorker(FEED_WORKER, { name: 'lanista', type: 'module' })
  port.addEventListener('message', ({ data }: MessageEvent<ToTab>) => take(data))
  port.start()
  return { say: (message) => port.postMessage(message) }
}

function byItself(take: (message: ToTab) => void): Way {
  const hear = feedHub().join(take)
  document.addEventListener('visibilitychange', () =>
    hear({ say: document.visibilityState === 'hidden' ? 'bye' : 'hello' }),
  )
  return { say: hear }
}

/** What tabs say on the channel: to the leader, from it to one tab, or that there is a new one. */
type OnChannel =
  | { readonly from: string; readonly said: FromTab }
  | { readonly to: string; readonly told: ToTab }
  | { readonly leads: string }

function byLeader(take: (message: ToTab) => void): Way {
  const own = crypto.randomUUID()
  const channel = new BroadcastChannel('lanista')
  const post = (message: OnChannel): void => channel.postMessage(message)
  let lead: ((from: string, said: FromTab) => void) | undefined
  let greeting: FromTab = { say: 'hello' }
  const say = (said: FromTab): void => {
    if (said.say === 'hello') greeting = said
    if (lead === undefined) post({ from: own, said })
    else lead(own, said)
  }
  channel.addEventListener('message', ({ data }: MessageEvent<OnChannel>) => {
    if ('from' in data) lead?.(data.from, data.said)
    else if ('leads' in data) say(greeting)
    else if (data.to === own) take(data.told)
  })
  void navigator.locks.request('lanista-feed', async () => {
    const hub = feedHub()
    const tabs = new Map<string, (said: FromTab) => void>()
    lead = (from, said) => {
      const hear = tabs.get(from) ?? hub.join((told) => (from === own ? take(told) : post({ to: from, told })))
      tabs.set(from, hear)
      hear(said)
      if (said.say === 'bye') tabs.delete(from)
    }
    post({ leads: own })
    say(greeting)
    // Until this tab is closed.
    await new Promise(() => undefined)
  })
  return { say }
}
