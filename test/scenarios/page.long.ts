import { readFile, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { expect } from 'chai'
import type { Browser } from 'playwright-core'
import { hasBrowser, launchBrowser } from '../builders/browser.ts'
import { openBrowser, openTab } from '../adapters/page/open-tab.ts'
import { type Started, startHere } from './command-line.ts'
import { rangeText } from './ranges.ts'
import { openSiteForProcesses, type Site } from './site.ts'

const WRITER = 'w'.repeat(32)

describe('the page of a running Lanista, in a browser', () => {
  let site: Site
  let running: Started
  let browser: Browser
  let url = ''
  before(async function () {
    // Debian's package chromium is what this test needs.
    if (!hasBrowser) this.skip()
    site = await openSiteForProcesses({
      'JD.yml': rangeText([{ name: 'a', vlan: 10, octet: 1 }]),
      'KT.yml': rangeText([{ name: 'b', vlan: 20, octet: 1 }]),
    })
    const people = path.join(path.dirname(site.config), 'people')
    await writeFile(people, `ada write ${WRITER}\n`, { mode: 0o600 })
    const http = `  http: { listen: "127.0.0.1:0", tokens_file: ${people} }`
    const config = (await readFile(site.config, 'utf8')).replace(/^ {2}http:.*\n/m, '')
    await writeFile(
      site.config,
      config.replace(/^lanista:.*$/m, (line) => `${line}\n${http}`),
    )
    running = startHere(['run', '--config', site.config], { log: 'on standard error' })
    const log = await running.says(/"msg":"started"/)
    url = `http://${/"http":"([^"]+)"/.exec(log)?.[1] ?? ''}/`
    browser = await launchBrowser()
  })
  after(async () => {
    if (!hasBrowser) return
    await browser.close()
    running.stop()
    await running.ended
    await site.close()
  })

  it('shows ranges come up, what a file asks that is broken, and does what a person asks, in that name', async () => {
    const { page, complaints } = await openTab(await openBrowser(browser), url, '#/ranges')
    await page.getByRole('heading', { name: 'All 2 ranges are ready' }).waitFor()
    await page.getByRole('link', { name: 'KT' }).click()
    await page.getByRole('link', { name: /^b 10\.\d+\.20\.1 running on pve/ }).waitFor()

    await writeFile(path.join(site.ranges, 'KT.yml'), 'ludus: [')
    await page.getByRole('heading', { name: 'What is wrong in its file' }).waitFor()
    await page.locator('.list .path', { hasText: /KT\.yml:1:\d+$/ }).waitFor()
    await page.getByRole('heading', { name: 'KT' }).locator('..').getByText('Not ready').waitFor()

    await page.getByRole('button', { name: 'Sign in to act' }).click()
    await page.keyboard.type(WRITER)
    await page.keyboard.press('Enter')
    await page.getByRole('link', { name: 'Ranges', exact: true }).first().click()
    await page.getByRole('link', { name: 'JD' }).click()
    await page.getByRole('button', { name: 'Suspend' }).click()
    await page.keyboard.type('exam in room 3')
    await page.keyboard.press('Enter')
    await page.getByRole('alert').waitFor()
    await page.keyboard.press('Escape')
    await page.getByText('suspended by ada: exam in room 3').first().waitFor()
    await page.getByText('By ada, a few seconds ago').waitFor()
    await page.getByRole('link', { name: 'All events of JD' }).click()
    await page.locator('.events').getByText('by ada').first().waitFor()
    expect(complaints).to.deep.equal([])
  })
})
