// Takes the pictures of the page that docs/how-to/page.md shows: `npm run screenshots`. They show made-up ranges, and the tests'
// own server stands in for Lanista.
import { mkdir, stat } from 'node:fs/promises'
import { hasBrowser, launchBrowser } from '../builders/browser.ts'
import { controllerView, madeUpViews } from '../builders/made-up-views.ts'
import { openPageServer } from '../builders/page-server.ts'

const FOLDER = 'docs/page'
/** A picture is no larger than that: whoever clones the repository gets all of them. In bytes. */
const LARGEST = 150_000

interface Picture {
  readonly name: string
  readonly view: string
  readonly scheme: 'light' | 'dark'
  readonly size?: readonly [width: number, height: number]
  readonly views?: ReturnType<typeof madeUpViews>
}

const now = Date.now()
const views = madeUpViews({ ranges: 24, vmsEach: 12, nodes: 6, now })
const broken = [
  ...views.filter(({ kind }) => kind !== 'Controller'),
  controllerView(now, {
    notReady:
      'proxmox: no host answers: pve1: connect ECONNREFUSED 10.0.0.11:8006, pve2: timed out; check the network and proxmox_endpoints',
    cluster: { name: 'campus', quorate: false, seenAt: new Date(now - 600_000).toISOString(), mode: 'vnets' },
  }),
]
const PICTURES: readonly Picture[] = [
  { name: 'ranges', view: '#/ranges', scheme: 'light' },
  { name: 'ranges-dark', view: '#/ranges', scheme: 'dark' },
  { name: 'range', view: '#/ranges/KT', scheme: 'light', size: [1280, 800] },
  { name: 'vm', view: '#/ranges/blue/vms/blue-kali', scheme: 'dark', size: [1280, 760] },
  { name: 'nodes', view: '#/nodes', scheme: 'light' },
  { name: 'networks', view: '#/networks', scheme: 'light', size: [1280, 640] },
  { name: 'plan', view: '#/plan', scheme: 'dark', size: [1280, 640] },
  { name: 'timeline', view: '#/events', scheme: 'light', size: [1280, 640] },
  { name: 'phone', view: '#/ranges', scheme: 'light', size: [390, 844] },
  { name: 'not-ready', view: '#/ranges', scheme: 'light', size: [1280, 640], views: broken },
  { name: 'empty', view: '#/ranges', scheme: 'light', size: [1280, 640], views: [controllerView(now)] },
]

if (!hasBrowser) throw new Error('screenshots: need the package chromium, which is not here')
await mkdir(FOLDER, { recursive: true })
const browser = await launchBrowser()
for (const { name, view, scheme, size: [width, height] = [1280, 800], views: shown = views } of PICTURES) {
  const server = await openPageServer(shown)
  const page = await browser.newPage({ viewport: { width, height }, colorScheme: scheme, reducedMotion: 'reduce' })
  await page.goto(`${server.url}${view}`)
  await page.locator('main[aria-busy=false]').waitFor()
  await page.evaluate(() => new Promise((resolve) => setTimeout(resolve, 500)))
  const file = `${FOLDER}/${name}.png`
  await page.screenshot({ path: file })
  const { size: bytes } = await stat(file)
  console.log(`${file}: ${Math.round(bytes / 1000)} kB`)
  if (bytes > LARGEST) throw new Error(`${file}: is larger than ${LARGEST} bytes; choose a smaller part`)
  await page.close()
  await server.close()
}
await browser.close()
