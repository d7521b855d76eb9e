import { once } from 'node:events'
import { connect, createServer, type Socket } from 'node:net'

/** A way to several API hosts that can be cut for good: what is sent after that arrives nowhere. */
export interface Plug {
  /** Base URLs, in the order of the hosts. */
  readonly hosts: readonly string[]
  /** Breaks every connection, as the death of the process does. */
  pull(): Promise<void>
}

/** Opens a way to these base URLs. TLS passes through it untouched. */
export async function plugInto(hosts: readonly string[]): Promise<Plug> {
  const ways = await Promise.all(hosts.map((host) => wayTo(Number(new URL(host).port))))
  return {
    hosts: ways.map(({ port }) => `https://127.0.0.1:${port}`),
    pull: async () => void (await Promise.all(ways.map(({ close }) => close()))),
  }
}

async function wayTo(target: number): Promise<{ readonly port: number; close(): Promise<void> }> {
  const sockets = new Set<Socket>()
  const keep = (socket: Socket): void => {
    sockets.add(socket)
    socket.on('close', () => sockets.delete(socket))
  }
  const server = createServer((inside) => {
    const outside = connect(target, '127.0.0.1')
    keep(inside)
    keep(outside)
    inside.on('error', () => outside.destroy()).on('close', () => outside.destroy())
    outside.on('error', () => inside.destroy()).on('close', () => inside.destroy())
    inside.pipe(outside).pipe(inside)
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  if (address === null || typeof address === 'string') throw new Error('a plug has a port')
  return {
    port: address.port,
    close: async () => {
      const closed = once(server, 'close')
      server.close()
      for (const socket of sockets) socket.destroy()
      await closed
    },
  }
}
