import { expect } from 'chai'
import type { Browser, BrowserContext } from 'playwright-core'
import { hasBrowser, launchBrowser } from '../../builders/browser.ts'
import { madeUpViews } from '../../builders/made-up-views.ts'
import { openPageServer, type PageServer } from '../../builders/page-server.ts'
import { goTo, openBrowser, openTab, shown } from './open-tab.ts'
import { NOW } from './views.ts'

/** More elements in one frame than these would be seen as a hitch: a third of a frame on a slow desk, as `npm run bench -- page` measures. */
const MOST_IN_A_FRAME = 1200

/** Counts, frame by frame, the elements that come into the page. */
const COUNT_ELEMENTS = `
  globalThis.perFrame = [0]
  const count = (node) => node.nodeType === 1 ? 1 + node.querySelectorAll('*').length : 0
  new MutationObserver((changes) => {
    for (const { addedNodes } of changes) for (const node of addedNodes) globalThis.perFrame[globalThis.perFrame.length - 1] += count(node)
  }).observe(document, { childList: true, subtree: true })
  const frame = () => { globalThis.perFrame.push(0); requestAnimationFrame(frame) }
  requestAnimationFrame(frame)
`
declare global {
  var perFrame: number[]
}

describe('the page of 153 ranges of 50 VMs on 32 nodes', () => {
  let browser: Browser
  let server: PageServer
  let person: BrowserContext
  before(async function () {
    // Debian's package chromium is what these tests need.
    if (!hasBrowser) this.skip()
    browser = await launchBrowser()
    server = await openPageServer(madeUpViews({ ranges: 153, vmsEach: 50, nodes: 32, now: NOW }))
    person = await openBrowser(browser)
    await person.addInitScript(COUNT_ELEMENTS)
  })
  after(async () => {
    if (!hasBrowser) return
    await browser.close()
    await server.close()
  })

  for (const view of ['#/ranges', '#/ranges/KT', '#/nodes', '#/nodes/pve2', '#/networks', '#/plan', '#/events'])
    it(`draws ${view} in portions, and nothing more while it is scrolled`, async () => {
      const { page } = await openTab(person, server.url, view)
      // While it comes in, and once more when all of it is there.
      await goTo(page, '#/ranges/NONE')
      await goTo(page, view)
      const drawn = await page.evaluate(() => Math.max(...perFrame))
      expect(drawn).to.be.lessThan(MOST_IN_A_FRAME)
      const scrolled = await page.evaluate(async () => {
        const seen = perFrame.length
        const box = document.querySelector('.matrix') ?? document.documentElement
        for (let at = 0; at < box.scrollHeight; at += 400) {
          box.scrollTop = at
          await new Promise(requestAnimationFrame)
        }
        return perFrame.slice(seen).reduce((sum, each) => sum + each, 0)
      })
      expect(scrolled).to.equal(0)
      await page.close()
    })

  it('draws one range anew when one changes', async () => {
    const { page } = await openTab(person, server.url, '#/ranges')
    const range = madeUpViews({ ranges: 153, vmsEach: 50, nodes: 32, now: NOW }).find(({ kind }) => kind === 'Range')
    if (range?.kind !== 'Range') throw new Error('no range was made up')
    const before = await page.evaluate(() => perFrame.length)
    server.tell({ ...range, vms: range.vms.slice(0, 49) })
    await page.getByText('49 VMs run').waitFor()
    expect(
      await page.evaluate((from) => perFrame.slice(from).reduce((sum, each) => sum + each, 0), before),
    ).to.be.lessThan(40)
    await page.close()
  })

  it('finds a VM by its name, its address, its VMID and its node, and filters by state', async () => {
    const { page } = await openTab(person, server.url, '#/ranges')
    for (const [asked, found] of [
      ['blue-3-siem-1', '1 range of 153'],
      ['10.2.10.12', '1 range of 153'],
      ['152010012', '1 range of 153'],
      ['KT-7 pve9', '1 range of 153'],
      ['nobody-has-this', '0 ranges of 153'],
    ] as const) {
      await page.getByRole('searchbox').fill(asked)
      await page.getByText(found).waitFor()
    }
    await page.getByRole('searchbox').fill('')
    await page.getByRole('link', { name: '2 Not ready' }).click()
    await page.getByText('2 ranges of 153').waitFor()
  })

  it('opens for a colleague what its address says', async () => {
    const { page } = await openTab(person, server.url, '#/ranges?state=NotReady&q=ics')
    await page.getByText('1 range of 153').waitFor()
    expect(await page.getByRole('searchbox').inputValue()).to.equal('ics')
    const { page: other } = await openTab(person, server.url, '#/events?type=Warning&range=ics')
    await shown(other)
    expect(await other.getByLabel('Range').inputValue()).to.equal('ics')
    expect(await other.locator('.events > li').count()).to.equal(await other.locator('.events > li.bad').count())
  })
})
