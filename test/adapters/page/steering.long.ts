import { expect } from 'chai'
import type { Browser, BrowserContext, Page } from 'playwright-core'
import { hasBrowser, launchBrowser } from '../../builders/browser.ts'
import { openPageServer, type PageServer, READER, WRITER } from '../../builders/page-server.ts'
import { axeFindings, openBrowser, openTab, shown } from './open-tab.ts'
import { someRanges } from './views.ts'
import type { ControllerView } from '../../../model/api/cluster-views.ts'
import type { RangeView } from '../../../model/api/range-view.ts'

/** So often Tab is pressed at most before the browser's own controls come. */
const MOST_TABS = 400

/** What has the focus, as a person would tell of it, and whether it can be seen there. */
const focused = (page: Page): Promise<{ readonly name: string; readonly isSeen: boolean }> =>
  page.evaluate(() => {
    const element = document.activeElement ?? document.body
    const box = element.querySelector('.box') ?? element
    const style = getComputedStyle(box)
    return {
      name: element === document.body ? '' : (element.getAttribute('aria-label') ?? element.textContent ?? '').trim(),
      isSeen: style.outlineStyle !== 'none' || (style.stroke !== 'none' && Number.parseFloat(style.strokeWidth) >= 4),
    }
  })

/** Presses Tab until something of that name has the focus. */
async function tabTo(page: Page, name: RegExp): Promise<void> {
  for (let pressed = 0; pressed < MOST_TABS; pressed += 1) {
    await page.keyboard.press('Tab')
    if (name.test((await focused(page)).name)) return
  }
  throw new Error(`nothing called ${String(name)} was reached by Tab`)
}

/** Signs in by keyboard alone. */
async function signIn(page: Page, token: string): Promise<void> {
  await tabTo(page, /^Sign in to act$/)
  await page.keyboard.press('Enter')
  await page.getByRole('dialog').waitFor()
  await page.keyboard.type(token)
  await page.keyboard.press('Enter')
  await page.getByRole('button', { name: 'Signed in' }).waitFor()
}

const waitingFor = (ranges: readonly RangeView[]): NonNullable<ControllerView['waiting']> => ({
  key: 'k1',
  why: ['two ranges would go within an hour'],
  ranges: ranges.map(({ name, vms }) => ({
    name,
    vms: vms.map((vm) => ({ vmid: vm.vmid ?? 0, name: vm.name, node: vm.node ?? '' })),
  })),
})

describe('the page by keyboard, and what one may do there', () => {
  let browser: Browser
  let server: PageServer
  let person: BrowserContext
  before(async function () {
    // Debian's package chromium is what these tests need.
    if (!hasBrowser) this.skip()
    browser = await launchBrowser()
    const views = someRanges()
    const goes = (index: number): RangeView => {
      const range = views.filter((view) => view.kind === 'Range')[index]!
      return {
        ...range,
        state: 'NotReady',
        reason: 'PruneWaits',
        message: 'it goes only when somebody approves; run lanista approve',
      }
    }
    server = await openPageServer([
      ...views
        .filter((view) => view.kind !== 'Range' || !['red', 'ics'].includes(view.name))
        .map((view) => (view.kind === 'Controller' ? { ...view, waiting: waitingFor([goes(3), goes(7)]) } : view)),
      goes(3),
      goes(7),
    ])
  })
  after(async () => {
    if (!hasBrowser) return
    await browser.close()
    await server.close()
  })
  beforeEach(async () => void (person = await openBrowser(browser)))
  afterEach(() => person.close())

  for (const [view, reached] of [
    ['#/ranges', /^KT$/],
    ['#/ranges/KT', /^dc01-1 10.2.30.13 configuring/],
    ['#/nodes', /^pve3$/],
    ['#/networks', /^Networks by node$/],
    ['#/plan', /^soc$/],
    ['#/events', /^all/],
  ] as const)
    it(`reaches everything in ${view} by Tab, sees where it is, and is held nowhere`, async () => {
      const { page } = await openTab(person, server.url, view)
      const names: string[] = []
      for (let pressed = 0; pressed < MOST_TABS; pressed += 1) {
        await page.keyboard.press('Tab')
        const { name, isSeen } = await focused(page)
        if (name === '' && pressed > 0) break
        expect(isSeen, name).to.equal(true)
        names.push(name)
      }
      expect(names.some((name) => reached.test(name))).to.equal(true)
      expect(names.length).to.be.lessThan(MOST_TABS)
      const links = await page.locator('a, button, input, select').count()
      expect(names.length).to.be.at.least(links)
    })

  it('goes to another view with Enter, and says where one has come', async () => {
    const { page } = await openTab(person, server.url, '#/ranges')
    await tabTo(page, /^Nodes$/)
    await page.keyboard.press('Enter')
    await page.waitForFunction(() => document.activeElement?.tagName === 'H1')
    expect((await focused(page)).name).to.equal('All 4 nodes online')
    expect(await page.title()).to.equal('Nodes · Lanista')
  })

  it('jumps over the head of the page', async () => {
    const { page } = await openTab(person, server.url, '#/ranges')
    await tabTo(page, /^Skip to the content$/)
    await page.keyboard.press('Enter')
    await tabTo(page, /Not ready/)
    expect(page.url()).to.equal(`${server.url}#/ranges`)
  })

  it('offers nothing to do to who has no token', async () => {
    for (const view of ['#/ranges', '#/ranges/KT', '#/ranges/red', '#/plan']) {
      const { page } = await openTab(person, server.url, view)
      expect(await page.locator('main button').count()).to.equal(0)
      await page.close()
    }
  })

  it('suspends a range by keyboard alone: it is asked why, told what will happen, and shown the answer', async () => {
    const { page, complaints } = await openTab(person, server.url, '#/ranges/KT')
    await signIn(page, WRITER)
    await tabTo(page, /^Suspend/)
    await page.keyboard.press('Enter')
    const dialog = page.getByRole('dialog', { name: 'Suspend range KT?' })
    await dialog.getByText('Lanista leaves it alone').waitFor()
    expect(await axeFindings(page)).to.deep.equal([])
    await page.keyboard.press('Enter')
    expect(server.steered).to.deep.equal([])
    await page.keyboard.type('exam in room 3')
    await page.keyboard.press('Enter')
    await dialog.getByRole('alert').getByText('Lanista does so, in the name of ada').waitFor()
    expect(server.steered).to.deep.equal([
      { body: { action: 'suspend', range: 'KT', reason: 'exam in room 3' }, authorization: `Bearer ${WRITER}` },
    ])
    await page.keyboard.press('Escape')
    await dialog.waitFor({ state: 'detached' })
    expect((await focused(page)).name).to.match(/^Suspend/)
    expect(complaints).to.deep.equal([])
  })

  it('does nothing when a person thinks better of it', async () => {
    const { page } = await openTab(person, server.url, '#/ranges/exam')
    await signIn(page, WRITER)
    const before = server.steered.length
    await page.getByRole('button', { name: 'Resume' }).click()
    await page.getByText('ada has suspended it: exam in room 3').waitFor()
    await page.keyboard.press('Escape')
    await page.getByRole('dialog').waitFor({ state: 'detached' })
    await page.getByRole('button', { name: 'Reconcile' }).click()
    await page.getByRole('button', { name: 'Cancel' }).click()
    await page.getByRole('dialog').waitFor({ state: 'detached' })
    expect(server.steered.length).to.equal(before)
  })

  it('lets ranges go only after their number was typed, and exactly those', async () => {
    const { page } = await openTab(person, server.url, '#/ranges')
    await signIn(page, WRITER)
    const before = server.steered.length
    await page.getByRole('button', { name: 'Approve that 2 ranges go' }).click()
    await page.getByRole('dialog').getByText('red-router-debian12-x64').waitFor()
    await page.keyboard.type('3')
    await page.keyboard.press('Enter')
    expect(server.steered.length).to.equal(before)
    await page.getByRole('textbox', { name: 'Type how many' }).fill('2')
    await page.keyboard.press('Enter')
    await page.getByRole('alert').waitFor()
    expect(server.steered.at(-1)?.body).to.deep.equal({ action: 'approve', removal: 'k1' })
  })

  it('says what Lanista says to a token that may only read, and forgets one that it does not know', async () => {
    const { page } = await openTab(person, server.url, '#/ranges/KT')
    await signIn(page, READER)
    await page.getByRole('button', { name: 'Reconcile' }).click()
    await page.keyboard.press('Enter')
    await page.getByRole('alert').getByText('may read alone').waitFor()
    await page.getByRole('button', { name: 'Close' }).last().click()
    await page.getByRole('button', { name: 'Signed in' }).click()
    await page.getByRole('dialog').waitFor()
    await page.keyboard.type('guessed')
    await page.keyboard.press('Enter')
    await page.getByRole('dialog').waitFor({ state: 'detached' })
    await page.getByRole('button', { name: 'Reconcile' }).click()
    await page.getByRole('button', { name: 'Reconcile now' }).click()
    await page.getByRole('alert').getByText('ask the operator for one').waitFor()
    await page.keyboard.press('Escape')
    await page.getByRole('button', { name: 'Sign in to act' }).waitFor()
  })

  it('keeps a token in its tab alone, and in no address', async () => {
    const { page } = await openTab(person, server.url, '#/ranges')
    await signIn(page, WRITER)
    await page.reload()
    await shown(page)
    await page.getByRole('button', { name: 'Signed in' }).waitFor()
    expect(page.url()).not.to.include(WRITER)
    const kept = await page.evaluate(() => JSON.stringify([Object.entries(localStorage), document.cookie]))
    expect(kept).not.to.include(WRITER)
    const { page: other } = await openTab(person, server.url, '#/ranges')
    await other.getByRole('button', { name: 'Sign in to act' }).waitFor()
  })
})
