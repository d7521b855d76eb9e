import { once } from 'node:events'
import { connect, type Socket } from 'node:net'
import { expect } from 'chai'
import { API_PATH } from '../../../adapters/http/api-routes.ts'
import { type HttpProviders, serveHttp } from '../../../adapters/http/serve-http.ts'
import type { FeedReader } from '../../../model/api/api-provider.ts'
import { fakeApi } from '../../builders/fake-api.ts'

/** Watchers that a server has at once, as many as it takes. */
const MOST = 200

describe('who watches', () => {
  let stop = new AbortController()
  let port = 0
  let address = ''
  let open = 0
  let onClose: () => void = () => undefined
  const feed = (): FeedReader => {
    open += 1
    const close = (): void => {
      open -= 1
      onClose()
    }
    return {
      next: (signal) =>
        new Promise((_, reject) => signal.addEventListener('abort', () => reject(new Error('over')), { once: true })),
      close,
    }
  }
  const providers: HttpProviders = {
    api: fakeApi([], { feed }),
    git: undefined,
    version: 'test',
    explain: () => Promise.resolve(undefined),
    notReady: () => undefined,
    metrics: { render: () => Promise.resolve({ contentType: 'text/plain', body: 'a 1\n' }) },
  }
  beforeEach(async () => {
    stop = new AbortController()
    open = 0
    onClose = () => undefined
    address = await serveHttp({ ...providers, listen: '127.0.0.1:0' }, stop.signal)
    port = Number(address.split(':')[1])
  })
  afterEach(() => stop.abort())

  const allClosed = (): Promise<void> =>
    new Promise((resolve) => {
      onClose = () => {
        if (open === 0) resolve()
      }
      onClose()
    })
  const connected = async (): Promise<Socket> => {
    const socket = connect(port, '127.0.0.1')
    await once(socket, 'connect')
    return socket
  }
  const isTaken = async (): Promise<number> => {
    const over = new AbortController()
    const { status } = await fetch(`http://${address}${API_PATH}/watch`, { signal: over.signal })
    over.abort()
    return status
  }

  it('is nobody who asks for the headers alone', async () => {
    const statuses = new Set<number>()
    for (let each = 0; each <= MOST; each += 1) {
      const { status, headers } = await fetch(`http://${address}${API_PATH}/watch`, { method: 'HEAD' })
      expect(headers.get('content-type')).to.match(/^text\/event-stream/)
      statuses.add(status)
    }
    expect([...statuses, open]).to.deep.equal([200, 0])
    expect(await isTaken()).to.equal(200)
  })

  it('is told of no more when the connection ends, whatever was sent ahead on it', async () => {
    const request = `GET ${API_PATH}/watch HTTP/1.1\r\nHost: localhost\r\n\r\n`
    const socket = await connected()
    socket.write(request.repeat(5))
    await once(socket, 'data')
    socket.destroy()
    await allClosed()
    expect(await isTaken()).to.equal(200)
  })

  it('has requests that were sent ahead answered in order', async () => {
    const socket = await connected()
    socket.write('GET /healthz HTTP/1.1\r\nHost: localhost\r\n\r\n'.repeat(3))
    socket.write('GET /readyz HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n')
    let text = ''
    for await (const piece of socket as AsyncIterable<Buffer>) text += piece.toString()
    expect(text.match(/^HTTP\/1\.1 200/gm)).to.have.length(4)
  })

  it('are two hundred at most, and the one beyond is told to come back', async () => {
    const over = new AbortController()
    const watch = (): Promise<Response> => fetch(`http://${address}${API_PATH}/watch`, { signal: over.signal })
    const answers = await Promise.all(Array.from({ length: MOST }, watch))
    expect(new Set(answers.map(({ status }) => status))).to.deep.equal(new Set([200]))
    const refused = await watch()
    expect([refused.status, refused.headers.get('retry-after')]).to.deep.equal([503, '30'])
    over.abort()
    await allClosed()
    expect(await isTaken()).to.equal(200)
  })
})
