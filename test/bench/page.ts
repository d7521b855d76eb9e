import type { Browser, Page } from 'playwright-core'
import { hasBrowser, launchBrowser } from '../builders/browser.ts'
import { madeUpViews } from '../builders/made-up-views.ts'
import { openPageServer } from '../builders/page-server.ts'

/** A task that is longer is a hitch: the browser's own measure of it. In milliseconds. */
const LONG = 50
const VIEWS = ['#/ranges', '#/ranges/KT', '#/nodes', '#/nodes/pve2', '#/networks', '#/plan', '#/events'] as const

interface TraceEvent {
  readonly name: string
  readonly ph: string
  readonly pid: number
  readonly tid: number
  /** In microseconds, by the clock, and of those the ones that it had a processor for. */
  readonly dur?: number
  readonly tdur?: number
  readonly args?: { readonly name?: string }
}

/**
 * How long tasks of the page's main thread had a processor while something is done, in milliseconds, from the browser's own trace:
 * what else a machine is busy with makes none of them longer.
 */
async function tasksOf(browser: Browser, page: Page, act: () => Promise<unknown>): Promise<readonly number[]> {
  await browser.startTracing(page, {
    categories: ['toplevel', '__metadata', 'disabled-by-default-devtools.timeline', 'devtools.timeline'],
  })
  await act()
  const { traceEvents }: { readonly traceEvents: readonly TraceEvent[] } = JSON.parse(
    (await browser.stopTracing()).toString(),
  )
  const mains = new Set(
    traceEvents
      .filter(({ name, args }) => name === 'thread_name' && args?.name === 'CrRendererMain')
      .map(({ pid, tid }) => `${pid} ${tid}`),
  )
  return traceEvents
    .filter(({ name, ph, pid, tid }) => ph === 'X' && name === 'RunTask' && mains.has(`${pid} ${tid}`))
    .map(({ dur = 0, tdur = dur }) => tdur / 1000)
}

const scroll = (page: Page): Promise<void> =>
  page.evaluate(async () => {
    const box = document.querySelector('.matrix') ?? document.documentElement
    for (let at = 0; at < box.scrollHeight; at += 120) {
      box.scrollTop = at
      await new Promise(requestAnimationFrame)
    }
  })

const told = (tasks: readonly number[]): string => {
  const long = tasks.filter((each) => each > LONG)
  return `longest task ${Math.max(0, ...tasks).toFixed(0)} ms, ${long.length} over ${LONG} ms`
}

/** The page of 153 ranges of 50 VMs on 32 nodes: bytes, and tasks of its main thread while it loads and is scrolled. */
export async function benchPage(): Promise<void> {
  if (!hasBrowser) return console.log('page: needs the package chromium, which is not here')
  const server = await openPageServer(madeUpViews({ ranges: 153, vmsEach: 50, nodes: 32, now: Date.now() }))
  const browser = await launchBrowser()
  console.log(`page: ${(server.page.wireBytes / 1000).toFixed(1)} kB over the wire, as gzip`)
  for (const view of VIEWS) {
    const page = await browser.newPage({ viewport: { width: 1280, height: 800 } })
    const loading = await tasksOf(browser, page, async () => {
      await page.goto(`${server.url}${view}`)
      await page.waitForFunction(() => document.querySelector('main')?.getAttribute('aria-busy') === 'false')
    })
    const scrolling = await tasksOf(browser, page, () => scroll(page))
    console.log(`page: ${view}: loading: ${told(loading)}; scrolling: ${told(scrolling)}`)
    await page.close()
  }
  await browser.close()
  await server.close()
}
