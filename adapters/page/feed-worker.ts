/** The shared worker: one for all tabs of a browser, and so one connection. */
import { feedHub, type FromTab } from './feed-hub.ts'

const hub = feedHub()

// The scope of a worker, of which the types for pages know nothing.
self.addEventListener('connect', (event) => {
  const port = event instanceof MessageEvent ? event.ports[0] : undefined
  if (port === undefined) return
  const hear = hub.join((message) => port.postMessage(message))
  port.addEventListener('message', ({ data }: MessageEvent<FromTab>) => hear(data))
  port.start()
})
