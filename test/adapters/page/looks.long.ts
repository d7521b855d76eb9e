import { expect } from 'chai'
import type { Browser, BrowserContext } from 'playwright-core'
import { hasBrowser, launchBrowser } from '../../builders/browser.ts'
import { controllerView } from '../../builders/made-up-views.ts'
import { openPageServer, type PageServer } from '../../builders/page-server.ts'
import { axeFindings, goTo, openBrowser, openTab, overflowOf, SCREENS, shown, type Tab } from './open-tab.ts'
import { brokenViews, NOW, someRanges, VIEWS } from './views.ts'

/** Installations, and what is looked at of each. */
const INSTALLATIONS = {
  some: { views: someRanges(), looks: Object.entries(VIEWS) },
  empty: { views: [controllerView(NOW)], looks: Object.entries(VIEWS).filter(([name]) => !name.includes('a ')) },
  broken: { views: brokenViews(), looks: [['overview', '#/ranges']] },
} as const

describe('how the page looks, in a browser', () => {
  let browser: Browser
  before(async function () {
    // Debian's package chromium is what these tests need.
    if (!hasBrowser) this.skip()
    browser = await launchBrowser()
  })
  after(async () => {
    if (hasBrowser) await browser.close()
  })

  for (const [installation, { views, looks }] of Object.entries(INSTALLATIONS)) {
    describe(`of an installation with ${installation} ranges`, () => {
      let server: PageServer
      before(async () => void (server = await openPageServer(views)))
      after(() => server.close())

      let person: BrowserContext
      let tab: Tab
      before(async () => {
        person = await openBrowser(browser)
        tab = await openTab(person, server.url)
      })
      after(() => person.close())

      for (const [name, address] of looks)
        it(`${name}: axe finds nothing in light and in dark colours, it fits a phone and a wall, and the browser complains of nothing`, async () => {
          const { page, complaints } = tab
          await goTo(page, address)
          expect(await axeFindings(page)).to.deep.equal([])
          await page.emulateMedia({ colorScheme: 'dark' })
          expect(await axeFindings(page, true)).to.deep.equal([])
          for (const screen of ['phone', 'wall'] as const) {
            await page.setViewportSize(SCREENS[screen])
            await shown(page)
            expect(await overflowOf(page), screen).to.equal(0)
          }
          await page.setViewportSize(SCREENS.desk)
          await page.emulateMedia({ colorScheme: 'light' })
          expect(complaints).to.deep.equal([])
          expect(server.missed).to.deep.equal([])
        })
    })
  }
})
