import { accessSync } from 'node:fs'
import { type Browser, chromium } from 'playwright-core'

const PATH = '/usr/bin/chromium'

/** Whether Debian's chromium is here; tests that need it say so, and skip without. */
export const hasBrowser: boolean = (() => {
  try {
    accessSync(PATH)
    return true
  } catch {
    return false
  }
})()

export const launchBrowser = (): Promise<Browser> =>
  chromium.launch({
    executablePath: PATH,
    headless: true,
    chromiumSandbox: false,
    args: ['--disable-gpu', '--disable-background-networking', '--disable-dev-shm-usage'],
  })
