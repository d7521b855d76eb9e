import { expect } from 'chai'
import type { Browser, BrowserContext } from 'playwright-core'
import { hasBrowser, launchBrowser } from '../../builders/browser.ts'
import { controllerView } from '../../builders/made-up-views.ts'
import { openPageServer, type PageServer } from '../../builders/page-server.ts'
import { axeFindings, goTo, openBrowser, openTab, overflowOf, SCREENS, type Tab } from './open-tab.ts'
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

      for (const scheme of ['light', 'dark'] as const) {
        describe(`in ${scheme} colours`, () => {
          let person: BrowserContext
          let tab: Tab
          before(async () => {
            person = await openBrowser(browser, { scheme })
            tab = await openTab(person, server.url)
          })
          after(() => person.close())

          for (const [name, address] of looks)
            it(`${name}: axe finds nothing, and the browser complains of nothing`, async () => {
              await goTo(tab.page, address)
              expect(await axeFindings(tab.page, scheme === 'dark')).to.deep.equal([])
              expect(tab.complaints).to.deep.equal([])
              expect(server.missed).to.deep.equal([])
            })
        })
      }

      for (const screen of ['phone', 'wall'] as const)
        it(`fits ${screen === 'phone' ? 'a phone' : 'a wall'}: no view is wider than ${SCREENS[screen].width} pixels`, async () => {
          const person = await openBrowser(browser, { screen })
          const { page } = await openTab(person, server.url)
          for (const [name, address] of looks) {
            await goTo(page, address)
            expect(await overflowOf(page), name).to.equal(0)
          }
          await person.close()
        })
    })
  }
})
