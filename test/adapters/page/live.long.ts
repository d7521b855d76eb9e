import { expect } from 'chai'
import type { Browser, BrowserContext, Page } from 'playwright-core'
import type { RangeView } from '../../../model/api/range-view.ts'
import { hasBrowser, launchBrowser } from '../../builders/browser.ts'
import { controllerView, madeUpViews } from '../../builders/made-up-views.ts'
import { openPageServer, type PageServer } from '../../builders/page-server.ts'
import { goTo, openBrowser, openTab, type TabOptions } from './open-tab.ts'
import { NOW, someRanges } from './views.ts'

/** As many as people leave open, and twice what a browser allows to one host by HTTP/1.1. */
const TABS = 12

const rangeIn = (name: string): RangeView => {
  const found = someRanges().find((view) => view.kind === 'Range' && view.name === name)
  if (found?.kind !== 'Range') throw new Error(`no range ${name} was made up`)
  return found
}
const failing = (name: string, message: string): RangeView => ({
  ...rangeIn(name),
  state: 'NotReady',
  reason: 'Tried',
  message,
})

const saysLive = (page: Page): Promise<void> => page.locator('header').getByText('Live').waitFor()

/** Resolves when something is so; the page says nothing of it. */
async function until(isSo: () => boolean): Promise<void> {
  while (!isSo()) await new Promise((resolve) => setTimeout(resolve, 10))
}

describe('the page while things happen', () => {
  let browser: Browser
  let server: PageServer
  let person: BrowserContext
  before(async function () {
    // Debian's package chromium is what these tests need.
    if (!hasBrowser) this.skip()
    browser = await launchBrowser()
  })
  after(async () => {
    if (hasBrowser) await browser.close()
  })
  beforeEach(async () => {
    server = await openPageServer(someRanges())
    person = await openBrowser(browser)
  })
  afterEach(async () => {
    await person.close()
    await server.close()
  })

  it('shows what changes without being asked, says it aloud, and takes away what is gone', async () => {
    const { page } = await openTab(person, server.url, '#/ranges')
    server.tell(failing('JD', 'vm JD-dc01: does not start; look at its console'))
    await page.getByText('vm JD-dc01: does not start').waitFor()
    await page.getByRole('heading', { name: '2 ranges not ready, of 12' }).waitFor()
    await page.locator('[role=status]').getByText('Range JD: Not ready').waitFor({ state: 'attached' })
    server.untell('Range', 'JD')
    await page.getByRole('heading', { name: '1 range not ready, of 11' }).waitFor()
  })

  it('says that it is stale when Lanista is gone, keeps what it has, and goes on with the next life', async () => {
    const { page, complaints } = await openTab(person, server.url, '#/ranges')
    await server.stop()
    await page.getByText(/^Stale since/).waitFor()
    await page.getByText('as it was then').waitFor()
    expect(await page.getByRole('link', { name: 'purple', exact: true }).count()).to.equal(1)
    const next = madeUpViews({ ranges: 3, vmsEach: 4, nodes: 2, now: NOW, stateOf: () => 'Ready' })
    await server.start(next, 'b')
    await page.getByRole('heading', { name: 'All 3 ranges are ready' }).waitFor()
    await saysLive(page)
    expect(await page.getByRole('link', { name: 'purple', exact: true }).count()).to.equal(0)
    expect(server.resumedFrom.at(-1)).to.match(/^a-\d+$/)
    expect(complaints).to.deep.equal([])
  })

  it('is told only what it has missed when the connection alone was lost', async () => {
    const { page } = await openTab(person, server.url, '#/ranges')
    server.tell(failing('JD', 'the last that it heard'))
    await page.getByText('the last that it heard').waitFor()
    await server.drop()
    server.tell(failing('KT', 'what it has missed'))
    await page.getByText('what it has missed').waitFor()
    expect(server.resumedFrom.at(-1)).to.equal('a-1')
  })

  it('calls itself stale when the connection is there and nothing comes over it', async () => {
    const page = await person.newPage()
    await page.clock.install()
    await page.goto(`${server.url}#/ranges`)
    await saysLive(page)
    await page.clock.runFor(60_000)
    await page.getByText(/^Stale since/).waitFor()
  })

  it('says of a newer Lanista that the page is an old one', async () => {
    const { page } = await openTab(person, server.url, '#/ranges')
    server.tell(controllerView(NOW, { version: '9.9.9' }))
    await page.getByText('Lanista is 9.9.9 now').waitFor()
    await page.getByRole('button', { name: 'Reload the page' }).click()
    await saysLive(page)
  })

  it('asks for a token where one is needed to look, and goes on with it', async () => {
    server.lock('reads-only')
    const page = await person.newPage()
    await page.goto(`${server.url}#/ranges`)
    await page.getByText('token: is needed to look').waitFor()
    await page.getByRole('button', { name: 'Enter a token' }).click()
    await page.keyboard.type('reads-only')
    await page.keyboard.press('Enter')
    await page.getByRole('heading', { name: '1 range not ready, of 12' }).waitFor()
  })

  for (const [browserHas, options] of [
    ['a shared worker', {}],
    ['locks and channels, and no shared worker', { without: ['SharedWorker'] }],
  ] as const satisfies readonly (readonly [string, TabOptions])[])
    it(`holds one connection for ${TABS} tabs of a browser that has ${browserHas}`, async () => {
      const own = await openBrowser(browser, options)
      const pages: Page[] = []
      const open = async (): Promise<number> => pages.push((await openTab(own, server.url, '#/ranges')).page)
      // The first alone, so that it is the one that holds the connection where there is no worker.
      await open()
      await Promise.all(Array.from({ length: TABS - 1 }, open))
      expect(server.watching).to.deep.equal({ now: 1, ever: 1 })
      server.tell(failing('JD', 'news for all of them'))
      await Promise.all(pages.map((page) => page.getByText('news for all of them').waitFor()))
      // The first one holds the connection where there is no worker; another takes over.
      await pages[0]?.close()
      server.tell(failing('KT', 'news for the others'))
      await Promise.all(pages.slice(1).map((page) => page.getByText('news for the others').waitFor()))
      await until(() => server.watching.now === 1)
      await Promise.all(pages.slice(1).map((page) => page.close()))
      await until(() => server.watching.now === 0)
      await own.close()
    })

  it('holds one for itself where a browser has nothing to share it by', async () => {
    const own = await openBrowser(browser, { without: ['SharedWorker', 'locks'] })
    const { page } = await openTab(own, server.url, '#/ranges')
    server.tell(failing('JD', 'news'))
    await page.getByText('news').waitFor()
    expect(server.watching.now).to.equal(1)
    await own.close()
  })

  it('shows what authors wrote as text, whatever it is', async () => {
    const evil = '<img src=/evil onerror="document.title=1"><script src="/evil"></script>'
    const range = rangeIn('KT')
    const commit = { id: 'ab'.repeat(20), author: evil, at: new Date(NOW).toISOString(), subject: evil }
    server.tell(
      {
        ...range,
        name: evil,
        message: `${evil}; ${evil}`,
        state: 'NotReady',
        vms: [{ ...range.vms[1]!, name: evil, why: evil, trouble: evil, range: evil, address: evil, node: evil }],
        revisions: { seen: { digest: evil, commit } },
        plan: { at: new Date(NOW).toISOString(), changes: [{ sign: '+', subject: evil, text: evil }] },
        suspended: { by: 'person', who: evil, reason: evil },
      },
      {
        kind: 'Event',
        id: 9999,
        type: 'Warning',
        reason: evil,
        message: evil,
        object: { kind: 'Range', name: evil },
        range: evil,
        count: 1,
        firstTime: new Date(NOW).toISOString(),
        lastTime: new Date(NOW).toISOString(),
        by: evil,
      },
      controllerView(NOW, { notReady: evil, git: { finding: { message: evil } } }),
    )
    const name = encodeURIComponent(evil)
    const { page, complaints } = await openTab(person, server.url, '#/ranges')
    for (const view of [
      '#/ranges',
      `#/ranges/${name}`,
      `#/ranges/${name}/vms/${name}`,
      '#/plan',
      '#/events',
      `#/events?q=${name}`,
    ]) {
      await goTo(page, view)
      await page.getByText(evil).first().waitFor()
      expect(await page.locator('main img, main script').count(), view).to.equal(0)
      expect(await page.title()).to.match(/· Lanista$/)
      expect(complaints).to.deep.equal([])
    }
    expect(server.missed).to.deep.equal([])
  })
})
