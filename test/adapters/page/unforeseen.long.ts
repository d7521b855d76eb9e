import { expect } from 'chai'
import type { Browser, BrowserContext, Page } from 'playwright-core'
import type { NodeView } from '../../../model/api/cluster-views.ts'
import type { EventView } from '../../../model/api/event-view.ts'
import type { RangeView, VmView } from '../../../model/api/range-view.ts'
import { hasBrowser, launchBrowser } from '../../builders/browser.ts'
import { openPageServer, type PageServer } from '../../builders/page-server.ts'
import { goTo, openBrowser, openTab, overflowOf, shown } from './open-tab.ts'
import { NOW, someRanges } from './views.ts'

const HOUR = 3_600_000
const GIB = 1024 ** 3

const rangeIn = (name: string): RangeView => {
  const found = someRanges().find((view) => view.kind === 'Range' && view.name === name)
  if (found?.kind !== 'Range') throw new Error(`no range ${name} was made up`)
  return found
}
const nodeIn = (name: string): NodeView => {
  const found = someRanges().find((view) => view.kind === 'Node' && view.name === name)
  if (found?.kind !== 'Node') throw new Error(`no node ${name} was made up`)
  return found
}
const eventOf = (id: number): EventView => ({
  kind: 'Event',
  id,
  type: 'Normal',
  reason: 'Ready',
  message: `the ${id}th that has happened`,
  object: { kind: 'Range', name: 'JD' },
  range: 'JD',
  count: 1,
  firstTime: new Date(NOW).toISOString(),
  lastTime: new Date(NOW).toISOString(),
})

/** What no Lanista of this release says. */
const RUBBISH = [
  'null',
  '5',
  '"text"',
  '[]',
  '{}',
  '{not json',
  '{"type":"is"}',
  '{"type":"is","view":null}',
  '{"type":"is","view":{"kind":"Range"}}',
  '{"type":"is","view":{"kind":"Range","name":"half","vms":[null,{}],"conditions":{}}}',
  '{"type":"is","view":{"kind":"Node","name":"half"}}',
  '{"type":"is","view":{"kind":"Network","type":"bridge","name":"half"}}',
  '{"type":"is","view":{"kind":"Event","id":77777}}',
  '{"type":"is","view":{"kind":"Controller","cluster":5}}',
  '{"type":"is","view":{"kind":"Moonbase","name":"x"}}',
  '{"type":"later","view":{}}',
  '{"type":"gone"}',
  '{"type":"gone","kind":"toString","name":"valueOf"}',
]

describe('the page with what nobody foresaw', () => {
  let browser: Browser
  let server: PageServer
  let person: BrowserContext
  let page: Page
  let complaints: readonly string[]
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
    const tab = await openTab(person, server.url, '#/ranges')
    page = tab.page
    complaints = tab.complaints
  })
  afterEach(async () => {
    await person.close()
    await server.close()
  })

  it('goes on when the feed says what nobody understands', async () => {
    server.tellRaw(...RUBBISH)
    server.tell({ ...rangeIn('JD'), state: 'NotReady', message: 'said after all that' })
    await page.getByText('said after all that').waitFor()
    for (const view of ['#/nodes', '#/networks', '#/plan', '#/events', '#/ranges/half', '#/ranges'])
      await goTo(page, view)
    expect(complaints).to.deep.equal([])
    // The connection was never lost.
    expect(server.resumedFrom).to.deep.equal([undefined])
  })

  it('shows states, phases, signs and standings of a later release as unknown', async () => {
    const [range, node] = [rangeIn('JD'), nodeIn('pve1')]
    server.tellRaw(
      JSON.stringify({
        type: 'is',
        view: {
          ...range,
          state: 'Hibernating',
          message: 'sleeps until spring',
          vms: [{ ...range.vms[0], phase: 'thawing' }],
          networks: [{ node: 'pve1', state: 'folded', message: '' }],
          conditions: [{ ...range.conditions[0], status: 'Perhaps' }],
          work: { standing: 'dreaming', failures: 1 },
          plan: { at: range.since, changes: [{ sign: '*', subject: 'a', text: 'b' }] },
        },
      }),
      JSON.stringify({ type: 'is', view: { ...node, state: 'Elsewhere' } }),
    )
    await page.getByText('sleeps until spring').waitFor()
    for (const view of ['#/ranges/JD', '#/nodes', '#/networks', '#/plan', '#/ranges']) await goTo(page, view)
    await page.getByText('sleeps until spring').waitFor()
    expect(complaints).to.deep.equal([])
  })

  it('says of nodes that are away that nothing is known of their memory, and draws none of it as free', async () => {
    const away = { memoryUsedBytes: 0, memoryPromisedBytes: 0, uptimeSeconds: 0, cpuLoad: 0, memoryBytes: 31 * GIB }
    server.tell({ ...nodeIn('pve1'), state: 'Offline', ...away }, { ...nodeIn('pve2'), state: 'Silent', ...away })
    await goTo(page, '#/nodes')
    const offline = page.locator('li.node').filter({ hasText: 'pve1' })
    await offline.getByText('Offline').waitFor()
    for (const name of ['pve1', 'pve2']) {
      const its = page.locator('li.node').filter({ has: page.getByRole('heading', { name }) })
      await its.getByText('not known just now').first().waitFor()
      expect(await its.textContent()).not.to.match(/ free of|free of|0 B|%/)
      expect(await its.locator('svg rect').count()).to.equal(0)
    }
    await goTo(page, '#/nodes/pve1')
    expect(await page.locator('.node-vms').textContent()).not.to.match(/running|used/)
  })

  for (const hours of [-5, 5])
    it(`goes by the clock of Lanista where that of the browser is ${hours} h off`, async () => {
      // A worker would have a clock of its own, which the test can't set.
      const own = await openBrowser(browser, { without: ['SharedWorker'] })
      const at = Date.now()
      server.tell({
        ...rangeIn('blue'),
        since: new Date(at - 2 * HOUR).toISOString(),
        work: { standing: 'backingOff', failures: 2, nextTry: new Date(at + 30 * 60_000).toISOString() },
      })
      const tab = await own.newPage()
      await tab.clock.install({ time: at + hours * HOUR })
      await tab.goto(`${server.url}#/ranges/blue`)
      await tab.locator('.head').getByText('for 2 h').waitFor()
      await tab
        .locator('.standing')
        .getByText(/in (29|30) min/)
        .waitFor()
      await own.close()
    })

  it('shows ranges without VMs, VMs without address and node, forty VLANs and long names on a phone', async () => {
    const [range, long] = [rangeIn('JD'), 'x'.repeat(250)]
    const [, vm] = range.vms
    if (vm === undefined) throw new Error('JD has no VM')
    const { node: _, address: __, ...homeless } = vm
    const vlans = Array.from({ length: 40 }, (_each, index): VmView => ({
      ...vm,
      name: `JD-v${index}`,
      address: `10.1.${index + 2}.11`,
    }))
    server.tell(
      { ...range, vms: [...vlans, { ...homeless, name: `JD-${long}` }], message: `range JD: ${long}` },
      { ...rangeIn('KT'), vms: [] },
      { ...range, name: long, number: 77, network: 'r77', source: `/${long}.yml` },
    )
    const phone = await openBrowser(browser, { screen: 'phone' })
    const tab = await openTab(phone, server.url, '#/ranges')
    for (const view of [
      '#/ranges',
      '#/ranges/KT',
      '#/ranges/JD',
      `#/ranges/${long}`,
      `#/ranges/JD/vms/JD-${long}`,
      '#/networks',
      '#/nodes',
      '#/events',
    ]) {
      await goTo(tab.page, view)
      expect(await overflowOf(tab.page), view).to.equal(0)
    }
    expect(tab.complaints).to.deep.equal([])
    await phone.close()
  })

  it('keeps the latest of 4000 events, and stands a storm of resets', async () => {
    server.tell(...Array.from({ length: 4000 }, (_, index) => eventOf(index + 1000)))
    await goTo(page, '#/events')
    await page.getByText('the 4999th that has happened').waitFor()
    for (let each = 0; each < 30; each += 1)
      server.tellRaw('{"type":"reset"}', JSON.stringify({ type: 'is', view: rangeIn('JD') }), '{"type":"synced"}')
    server.tell({ ...rangeIn('KT'), state: 'NotReady', message: 'after the storm' })
    await goTo(page, '#/ranges')
    await page.getByText('after the storm').waitFor()
    await page.getByRole('heading', { name: /, of 2$/ }).waitFor()
    expect(complaints).to.deep.equal([])
  })

  it('says the last of many changes aloud, and not each of them', async () => {
    await page.evaluate(() => {
      globalThis.spoken = []
      const place = document.querySelector('[role=status]')
      if (place !== null)
        new MutationObserver(() => globalThis.spoken.push(place.textContent ?? '')).observe(place, {
          childList: true,
          characterData: true,
          subtree: true,
        })
    })
    const began = Date.now()
    for (let each = 0; each < 20; each += 1) {
      const [state, message] =
        each % 2 === 0 ? (['NotReady', `broken ${each}`] as const) : (['Suspended', `left alone ${each}`] as const)
      server.tell({ ...rangeIn('JD'), state, message, name: 'flaps' })
      await page.getByText(message).waitFor({ state: 'attached' })
    }
    server.tell({ ...rangeIn('KT'), state: 'Absent' })
    await page.locator('[role=status]').getByText('Range KT: Absent').waitFor({ state: 'attached' })
    const spoken = await page.evaluate(() => globalThis.spoken)
    // One in five seconds, however long the machine takes.
    expect(spoken.length, spoken.join(' | ')).to.be.at.most(2 + Math.ceil((Date.now() - began) / 5000))
  })

  it('is printed in dark letters on white, without what only a screen can do', async () => {
    const dark = await openBrowser(browser, { scheme: 'dark' })
    const tab = await openTab(dark, server.url, '#/ranges')
    await tab.page.emulateMedia({ media: 'print' })
    await shown(tab.page)
    const [paper, search] = await tab.page.evaluate(() => [
      getComputedStyle(document.body).backgroundColor,
      document.querySelector('input[type=search]')?.checkVisibility(),
    ])
    expect(paper).to.match(/rgb\(255, 255, 255\)|rgba\(0, 0, 0, 0\)/)
    expect(search).to.equal(false)
    await dark.close()
  })
})

declare global {
  var spoken: string[]
}
