import { AxeBuilder } from '@axe-core/playwright'
import axe from 'axe-core'
import type { Browser, BrowserContext, Page } from 'playwright-core'

/** Screens, in pixels of CSS: a phone, a desk, and 80 inches on a wall. */
export const SCREENS = {
  phone: { width: 360, height: 780 },
  desk: { width: 1280, height: 800 },
  wall: { width: 3840, height: 2160 },
} as const

/** One tab, and what the browser complained about in it. */
export interface Tab {
  readonly page: Page
  /** Errors of scripts, violations of the policy, and what the console says in red. */
  readonly complaints: readonly string[]
}

export interface TabOptions {
  readonly screen?: keyof typeof SCREENS
  readonly scheme?: 'light' | 'dark'
  /** As a browser that has no such thing. */
  readonly without?: readonly ('SharedWorker' | 'locks')[]
}

/** A context is a person's browser: its tabs share workers, channels and locks. */
export async function openBrowser(
  browser: Browser,
  { screen = 'desk', scheme = 'light', without = [] }: TabOptions = {},
): Promise<BrowserContext> {
  const context = await browser.newContext({ viewport: SCREENS[screen], colorScheme: scheme, reducedMotion: 'reduce' })
  if (without.includes('SharedWorker')) await context.addInitScript('delete globalThis.SharedWorker')
  if (without.includes('locks'))
    await context.addInitScript("Object.defineProperty(Navigator.prototype, 'locks', { value: undefined })")
  return context
}

/** Opens a view, and waits until all there is is shown. */
export async function openTab(context: BrowserContext, url: string, view = ''): Promise<Tab> {
  const page = await context.newPage()
  const complaints: string[] = []
  page.on('pageerror', (error) => complaints.push(error.message))
  page.on('console', (message) => {
    // The browser logs each connection that fails, which tests of restarts are about.
    if (message.type() === 'error' && !message.text().includes('Failed to load resource'))
      complaints.push(message.text())
  })
  await page.addInitScript(
    "addEventListener('securitypolicyviolation', (event) => console.error('policy', event.violatedDirective, event.blockedURI))",
  )
  await page.goto(`${url}${view}`)
  await shown(page)
  return { page, complaints }
}

/** Goes to another view of the page that is open. */
export async function goTo(page: Page, view: string): Promise<void> {
  await page.evaluate((hash) => {
    location.hash = hash
  }, view)
  await shown(page)
}

/** Resolves when the page shows all there is, and no list grows any more. */
export async function shown(page: Page): Promise<void> {
  await page.waitForFunction(() => {
    // It is asked once a frame: when the number was the same a few times, nothing more comes.
    const elements = String(document.querySelectorAll('*').length)
    const { dataset } = document.documentElement
    const same = dataset['elements'] === elements ? Number(dataset['same']) + 1 : 0
    dataset['elements'] = elements
    dataset['same'] = String(same)
    return document.querySelector('main')?.getAttribute('aria-busy') === 'false' && same >= 5
  })
}

/**
 * What axe finds of a page as it is now, each with the elements; empty when nothing.
 *
 * @param onlyColours what does not depend on colours was looked at already
 */
export async function axeFindings(page: Page, onlyColours = false): Promise<readonly string[]> {
  const builder = new AxeBuilder({ page, axeSource: axe.source })
  const { violations } = await (onlyColours ? builder.withTags('cat.color') : builder).analyze()
  return violations.map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html).join(' | ')}`)
}

/** How far the page is wider than its screen, in pixels. */
export const overflowOf = (page: Page): Promise<number> =>
  page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth)
