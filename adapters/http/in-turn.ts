import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http'
import type { Socket } from 'node:net'

/**
 * Has the requests of a connection answered one after the other, as they are read. Node hands over those that were sent ahead at once,
 * and tells of the end of a connection only the one whose turn it is: an answer that never ends would be held for nobody, for ever.
 */
export function inTurn(answer: RequestListener): (request: IncomingMessage, response: ServerResponse) => void {
  const last = new WeakMap<Socket, ServerResponse>()
  return (request, response) => {
    const { socket } = request
    const before = last.get(socket)
    last.set(socket, response)
    if (before === undefined || before.closed) answer(request, response)
    else
      before.once('close', () => {
        if (!socket.destroyed) answer(request, response)
      })
  }
}
