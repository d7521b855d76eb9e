import { expect } from 'chai'
import { brotliDecompressSync, gunzipSync } from 'node:zlib'
import { PAGE_POLICY, type Page, readPage } from '../../../adapters/http/page-files.ts'

/** What the page may weigh, all of it, over the wire. In bytes. */
const MOST = 60_000

describe('the files of the page', () => {
  const page: Page = readPage() ?? expect.fail('the page was not built')
  const ask = (path: string, headers: Record<string, string> = {}, method = 'GET'): Response | undefined =>
    page.answer(new Request(`http://lanista${path}`, { method, headers }))
  const assets = async (): Promise<readonly string[]> =>
    [...(await ask('/')!.text()).matchAll(/"(\/assets\/[^"]+)"/g)].map(([, path = '']) => path)

  it('weigh no more than they may', () => {
    expect(page.wireBytes).to.be.within(10_000, MOST)
  })

  it('are served under the policy, and have nothing inline and nothing from outside', async () => {
    const html = await ask('/')!.text()
    expect(html).not.to.match(/<style|style=|<script(?![^>]*src=")|\son\w+=|https?:/)
    for (const path of ['/', ...(await assets())]) {
      const { headers } = ask(path)!
      expect(headers.get('content-security-policy'), path).to.equal(PAGE_POLICY)
      expect(headers.get('x-content-type-options'), path).to.equal('nosniff')
    }
  })

  it('are all there, with their types; what has its content in its name is kept for good, and the page is asked about', async () => {
    const types = (await assets()).map((path) => [
      path.split('.').at(-1),
      ask(path)?.headers.get('content-type'),
      ask(path)?.headers.get('cache-control'),
    ])
    const forGood = 'public, max-age=31536000, immutable'
    expect(types).to.have.deep.members([
      ['svg', 'image/svg+xml', forGood],
      ['css', 'text/css; charset=utf-8', forGood],
      ['js', 'text/javascript; charset=utf-8', forGood],
    ])
    expect(ask('/')!.headers.get('cache-control')).to.equal('no-cache')
  })

  it('go over the wire as the browser likes them best', async () => {
    const plain = Buffer.from(await ask('/')!.arrayBuffer())
    const as = async (accepted: string): Promise<readonly [string | null, Buffer]> => {
      const answer = ask('/', { 'accept-encoding': accepted })!
      return [answer.headers.get('content-encoding'), Buffer.from(await answer.arrayBuffer())]
    }
    const [best, brotli] = await as('gzip, deflate, br')
    expect(best).to.equal('br')
    expect(brotliDecompressSync(brotli)).to.deep.equal(plain)
    const [second, gzip] = await as('br;q=0, gzip')
    expect(second).to.equal('gzip')
    expect(gunzipSync(gzip)).to.deep.equal(plain)
    expect(await as('identity')).to.deep.equal([null, plain])
  })

  it('are not sent again to who has them', () => {
    const etag = ask('/')!.headers.get('etag') ?? ''
    expect(ask('/', { 'if-none-match': etag })!.status).to.equal(304)
    expect(ask('/', { 'if-none-match': `"other", W/${etag}` })!.status).to.equal(304)
    expect(ask('/', { 'if-none-match': '"other"' })!.status).to.equal(200)
  })

  it('are nothing else than these, and read alone', () => {
    for (const path of [
      '/index.html',
      '/assets/',
      '/assets/../index.html',
      '/assets/%2e%2e/%2e%2e/package.json',
      '/nothing',
    ])
      expect(ask(path), path).to.equal(undefined)
    expect(ask('/', {}, 'POST')).to.equal(undefined)
    expect(ask('/', {}, 'HEAD')!.body).to.equal(null)
  })

  it('are missing where none were built, and that is told', () => {
    expect(readPage('/nowhere')).to.equal(undefined)
  })
})
