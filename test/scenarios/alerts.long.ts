import { mkdtemp, readFile, rename, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { expect } from 'chai'
import { stringify } from 'yaml'
import { findLanista } from '../../adapters/api-client/lanista-client.ts'
import type { AnyView } from '../../model/api/feed-change.ts'
import { openBrowser, openTab, shown } from '../adapters/page/open-tab.ts'
import { hasBrowser, launchBrowser } from '../builders/browser.ts'
import { openPageServer } from '../builders/page-server.ts'
import { hasGit } from '../builders/git-repository.ts'
import { needPromtool, promtool } from '../builders/promtool.ts'
import { rangeRepositoryIn } from '../builders/range-repository.ts'
import { readAlerts } from '../deploy/alerts.ts'
import { metricsIn, metricsOfPage, unknownIn } from '../deploy/expressions.ts'
import { expressionsOf } from '../grafana/dashboard.ts'
import { DASHBOARDS } from '../grafana/dashboards.ts'
import { lanistaHere } from './command-line.ts'
import { personIn } from './person.ts'
import { rangeText } from './ranges.ts'
import { startScraped } from './scrapes.ts'
import { openSite, type Site } from './site.ts'

const JD = rangeText([{ name: 'DC01', vlan: 10, octet: 11 }])
const SL = rangeText([{ name: 'WS01', vlan: 10, octet: 12 }])

/** Something that goes wrong at 3 am, and who is woken by what. */
interface Trouble {
  readonly name: string
  readonly happens: (site: Site) => Promise<void> | void
  /** So long it lasts, in minutes. */
  readonly minutes: number
  /** Every alert that fires in the end, the one that it is about first. */
  readonly fires: readonly [string, ...(readonly string[])]
  readonly summary: RegExp
  /** What `lanista` prints for who looks, with the finding and the remedy: a command, and what is in that. */
  readonly shows: readonly (readonly [string, RegExp])[]
  /** What the page says of it on its first view: the finding, and the remedy. */
  readonly page: readonly RegExp[]
  /** Range files are in a repository. */
  readonly git?: true
}

const drop = (site: Site, name: string, text: string): Promise<void> => writeFile(path.join(site.ranges, name), text)
const stateOf = (site: Site): string => path.join(path.dirname(site.config), 'state')
const repositoryOf = (site: Site): string => path.join(path.dirname(site.config), 'forge')

const TROUBLES: readonly Trouble[] = [
  {
    name: 'a node dies',
    page: [/node pve2: it is offline/, /look at its console, power and network/],
    happens: async ({ simulator }) => {
      // What each host says then is cut off, and asked for once more.
      const match = { method: 'GET', path: '/cluster/resources' }
      simulator.arm({ on: 'request', match, at: 'before', times: 3, effect: { kind: 'reset' } })
      await simulator.powerOff('pve2')
    },
    minutes: 6,
    fires: ['LanistaNodeDown'],
    summary: /^Node pve2 is down$/,
    shows: [
      ['get ranges', /✗ node pve2: it is offline.*; look at its console, power and network/],
      ['describe node pve2', /Offline[^]*✗ node pve2: it is offline.*; look at its console/],
      ['events --types Warning', /NodeOffline +node\/pve2[^]*look at its console, power and network/],
    ],
  },
  {
    name: 'a storage is full',
    page: [/storage shared: 97 % of it are used/, /pvesm list shared/],
    happens: ({ simulator }) => {
      const storage = simulator.world.storages.get('shared')
      if (storage === undefined) throw new Error('no such storage')
      const { total } = storage.capacity
      storage.capacity = { total, used: total * 0.97, available: total * 0.03 }
    },
    minutes: 8,
    fires: ['LanistaStorageFull'],
    summary: /^Storage shared is full: 97(\.\d+)?% are used$/,
    shows: [
      [
        'get ranges',
        /✗ storage shared: 97 % of it are used.*; remove what nobody needs \(pvesm list shared\), or make it larger/,
      ],
      ['describe range JD', /✗ storage shared: 97 % of it are used/],
    ],
  },
  {
    name: 'the zone lacks a peer',
    page: [/pve3 \(10\.98\.0\.3\) is not among its peers/, /Peer Address List/],
    happens: async ({ simulator }) => {
      const person = personIn(simulator)
      await person('PUT', '/cluster/sdn/zones/ludus', { peers: '10.98.0.1,10.98.0.2' })
      await person('PUT', '/cluster/sdn')
    },
    minutes: 8,
    fires: ['LanistaZonePeerMissing'],
    summary: /^The SDN zone does not reach 1 nodes \(ZoneLacksPeer\)$/,
    shows: [
      [
        'get ranges',
        /NodeNetworkMissing[^]*! zone ludus: pve3 \(10\.98\.0\.3\) is not among its peers.*set Peer Address List to 10\.98\.0\.1,10\.98\.0\.2,10\.98\.0\.3/,
      ],
      [
        'describe range JD',
        /pve3 \(10\.98\.0\.3\) is not among its peers[^]*in the web interface: Datacenter > SDN > Zones > ludus > Edit/,
      ],
    ],
  },
  {
    name: 'the API token has expired',
    page: [/Lanista is not ready/, /Proxmox could not be read for \d+ s/],
    happens: ({ simulator }) => {
      for (const { tokens } of simulator.world.access.users.values())
        for (const [name, token] of tokens) tokens.set(name, { ...token, expire: 1 })
    },
    minutes: 11,
    fires: ['LanistaTokenRefused', 'LanistaProxmoxUnread'],
    summary: /^Proxmox refuses the API token of Lanista lanista-\d+$/,
    shows: [
      ['get ranges', /✗ not ready: Proxmox could not be read for \d+ s: .*(?:401|token)/],
      ['describe range JD', /ClusterNotRead[^]*✗ not ready: Proxmox could not be read/],
    ],
  },
  {
    name: "somebody's SDN change is pending",
    page: [/vnet theirs \(new\)/, /apply them in Datacenter/],
    happens: async (site) => {
      await personIn(site.simulator)('POST', '/cluster/sdn/vnets', { vnet: 'theirs', zone: 'ludus', tag: 4711 })
      await drop(site, 'SL.yml', SL)
    },
    minutes: 13,
    fires: ['LanistaForeignPending'],
    summary: /^Network changes of somebody else hold up 1 ranges of Lanista /,
    shows: [
      ['get ranges', /SL +✗ NotReady.*ForeignPending.*vnet theirs \(new\) \(apply them in Datacenter/],
      ['describe range SL', /ForeignPending[^]*vnet theirs \(new\)[^]*apply them in/],
    ],
  },
  {
    name: 'a VM is locked',
    page: [/Proxmox holds it locked \(backup\)/, /qm unlock 1010011/],
    happens: ({ simulator }) => {
      const guest = [...simulator.world.guests.values()].find(({ config }) => config.get('name') === 'JD-DC01')
      if (guest === undefined) throw new Error('no such VM')
      guest.running = undefined
      guest.config.set('lock', 'backup')
    },
    minutes: 18,
    fires: ['LanistaVmLocked'],
    summary: /^Proxmox holds 1 VMs of range JD locked$/,
    shows: [
      ['get ranges', /JD +✗ NotReady.*vm JD-DC01: Proxmox holds it locked \(backup\).*qm unlock 1010011/],
      ['describe vm JD-DC01', /Proxmox holds it locked \(backup\)[^]*qm unlock 1010011/],
    ],
  },
  {
    name: 'a template is gone',
    page: [/does not have its template debian-12-x64-server-template/, /ludus templates build/],
    happens: async (site) => {
      const { guests } = site.simulator.world
      for (const [vmid, { config }] of guests)
        if (config.get('name') === 'debian-12-x64-server-template') guests.delete(vmid)
      await drop(site, 'SL.yml', SL)
    },
    minutes: 8,
    fires: ['LanistaTemplateMissing'],
    summary: /^[12] VMs of range SL can not be made: the cluster does not have their template$/,
    shows: [
      [
        'get ranges',
        /SL +✗ NotReady.*does not have its template debian-12-x64-server-template; did you mean.*ludus templates build/,
      ],
      ['describe vm SL-WS01', /does not have its template debian-12-x64-server-template[^]*build it/],
    ],
  },
  {
    name: 'a range file is broken',
    page: [/JD\.yml:8:5: unknown key ram_bg in ludus\[0\]/, /did you mean ram_gb\?/],
    happens: (site) => drop(site, 'JD.yml', JD.replace('ram_gb', 'ram_bg')),
    minutes: 8,
    fires: ['LanistaRangeFileBroken'],
    summary: /^The file of range JD is broken, and not acted on$/,
    shows: [
      ['get ranges', /JD +✗ NotReady.*Invalid: JD\.yml:8:5: unknown key ram_bg in ludus\[0\]; did you mean ram_gb\?/],
      ['describe range JD', /JD\.yml:8:5: unknown key ram_bg in ludus\[0\]; did you mean ram_gb\?/],
    ],
  },
  {
    name: 'a clock is off',
    page: [/clock of https:.* behind this machine's/, /timedatectl/],
    happens: ({ simulator }) => {
      for (const node of simulator.world.nodes.values()) node.clockAheadMs = -90_000
    },
    minutes: 13,
    fires: ['LanistaClockOff'],
    summary: /^The clocks of Lanista lanista-\d+ and of https:\/\/127.0.0.1:\d+ differ by 1m (?:29|30|31)/,
    shows: [
      [
        'get ranges',
        /! clock of https:\/\/127\.0\.0\.1:\d+: it is (?:89|90|91) s behind this machine's; see which of the two is not synchronized \(timedatectl\)/,
      ],
      ['describe range JD', /! clock of https:/],
    ],
  },
  {
    name: 'the server of the repository is gone',
    page: [/A newer commit of range files is not in force/, /there is no such repository/],
    git: true,
    happens: async (site) => {
      const bare = path.join(repositoryOf(site), 'ranges.git')
      await rename(bare, `${bare}.gone`)
    },
    minutes: 14,
    fires: ['LanistaGitUnreachable'],
    summary: /^Lanista lanista-\d+ can not ask the repository of range files \(RepositoryMissing\) for 1\dm/,
    shows: [
      ['get ranges', /! repository .*ranges\.git: there is no such repository.*; /],
      ['events --types Warning', /RepositoryMissing +controller\/git/],
    ],
  },
  {
    name: 'the state directory can not be written',
    page: [/statuses can't be written/, /free space on its disk, or make it writable/],
    happens: async (site) => {
      const folder = path.join(stateOf(site), 'status')
      await rm(folder, { recursive: true })
      await writeFile(folder, '')
      await drop(site, 'JD.yml', JD.replace('ram_gb: 2', 'ram_gb: 3'))
    },
    minutes: 5,
    fires: ['LanistaStateDirUnwritable'],
    summary: /^Lanista lanista-\d+ could not write to its state directory$/,
    shows: [
      [
        'get ranges',
        /✗ state directory \(lanista\.state_dir\): statuses can't be written \(.*\), so that their files are old; free space on its disk, or make it writable/,
      ],
      ['describe range JD', /✗ state directory/],
    ],
  },
  {
    name: 'Proxmox is slow',
    page: [/the last look at the cluster took \d+ s/, /systemctl status pveproxy pvestatd/],
    happens: ({ simulator }) => {
      simulator.arm({
        on: 'request',
        match: { method: 'GET' },
        at: 'before',
        times: Infinity,
        effect: { kind: 'delay', by: 4000 },
      })
    },
    minutes: 22,
    fires: ['LanistaProxmoxSlow'],
    summary: /^Proxmox answers Lanista lanista-\d+ slowly: one read in ten takes longer than \d/,
    shows: [
      [
        'get ranges',
        /! Proxmox: the last look at the cluster took \d+ s; see on its nodes that pveproxy and pvestatd are well/,
      ],
      ['describe range JD', /! Proxmox: the last look/],
    ],
  },
]

/** All that the API tells, as the page is told it. */
async function viewsOf(site: Site): Promise<readonly AnyView[]> {
  const { signal } = new AbortController()
  const api = await findLanista({ server: undefined, tokenFile: undefined }, stateOf(site), {}, signal)
  if (api === undefined) throw new Error('no Lanista runs')
  const [ranges, events] = [await api.list('ranges', signal), await api.list('events', signal)]
  return [await api.controller(signal), ...ranges.items, ...events.items]
}

/** In the beginning all is well for so long, in minutes. */
const WELL = 4
/** Where somebody has put the pages for people. */
const DOCS = 'https://git.example.org/lanista/docs'
const EVENTS = 'count by (alertname) (ALERTS{alertstate="firing"})'

describe('at 3 am', function () {
  this.timeout(240_000)
  before(needPromtool)
  let folder: string
  let names: ReadonlySet<string>
  /** What promtool said of all troubles together. */
  const tests: unknown[] = []
  const seen: string[] = []
  /** What the API told in each trouble. */
  const onPage = new Map<string, readonly AnyView[]>()

  before(async () => {
    folder = await mkdtemp(path.join(tmpdir(), 'lanista-alerts-'))
    names = new Set((await readAlerts()).flatMap(({ expr }) => metricsIn(expr).map(({ metric }) => metric)))
  })
  after(() => rm(folder, { recursive: true, force: true }))

  const siteFor = async ({ git }: Pick<Trouble, 'git'>): Promise<Site> => {
    const site = await openSite(git === undefined ? { 'JD.yml': JD } : {})
    // A look a minute is as many as there are scrapes.
    await writeFile(
      site.config,
      (await readFile(site.config, 'utf8')).replace('lanista:\n', 'lanista:\n  resync: 1m\n'),
    )
    if (git === undefined) return site
    const repository = await rangeRepositoryIn(repositoryOf(site))
    await repository.push({ 'JD.yml': JD })
    const text = await readFile(site.config, 'utf8')
    await writeFile(
      site.config,
      text.replace('  ranges: ranges\n', `  git: { url: "${repository.bare}", path: "", interval: 30s }\n`),
    )
    return site
  }

  for (const [index, trouble] of TROUBLES.entries())
    it(`lives through it: ${trouble.name}`, async function () {
      if (trouble.git && !hasGit()) this.skip()
      const site = await siteFor(trouble)
      try {
        const scrapes = await startScraped(site, `lanista-${index}`)
        await scrapes.running.nextLine(/"range":"JD","msg":"range is Ready"/)
        await scrapes.pass(WELL)
        await trouble.happens(site)
        await scrapes.pass(trouble.minutes)
        for (const [command, says] of trouble.shows) {
          const { stdout, stderr } = await lanistaHere([...command.split(' '), '--config', site.config])
          expect(stdout + stderr, command).to.match(says)
        }
        onPage.set(trouble.name, await viewsOf(site))
        await scrapes.end()
        seen.push(...scrapes.texts())
        const [alert] = trouble.fires
        const at = `${WELL + trouble.minutes - 1}m`
        tests.push({
          name: trouble.name,
          interval: '1m',
          external_labels: { lanista_docs: DOCS },
          input_series: scrapes.series((metric) => names.has(metric)),
          promql_expr_test: [
            { expr: EVENTS, eval_time: `${WELL - 1}m`, exp_samples: [] },
            {
              expr: EVENTS,
              eval_time: at,
              exp_samples: trouble.fires.map((name) => ({ labels: `{alertname="${name}"}`, value: 1 })),
            },
          ],
          // Nobody is expected, so that promtool tells in full who is there.
          alert_rule_test: [{ eval_time: at, alertname: alert, exp_alerts: [] }],
        })
      } finally {
        await site.close()
      }
    })

  it('is shown on the page, with what to do', async function () {
    if (!hasBrowser) this.skip()
    const browser = await launchBrowser()
    try {
      for (const { name, page: says } of TROUBLES) {
        const views = onPage.get(name)
        if (views === undefined) continue
        const server = await openPageServer(views)
        const context = await openBrowser(browser)
        const { page } = await openTab(context, server.url, '#/ranges')
        await shown(page)
        const text = ((await page.locator('body').textContent()) ?? '').replaceAll(/\s+/g, ' ')
        for (const each of says) expect(text, name).to.match(each)
        await context.close()
        await server.close()
      }
    } finally {
      await browser.close()
    }
  })

  it('is told by every metric, with every label, that alerts and dashboards name', async () => {
    const known = metricsOfPage(seen.join('\n'))
    const expressions = [
      ...(await readAlerts()).map(({ expr }) => expr),
      ...DASHBOARDS.flatMap((dashboard) => expressionsOf(dashboard)),
    ]
    const missing = expressions.flatMap((expression) => unknownIn(expression, known))
    expect([...new Set(missing)].filter((name) => hasGit() || !name.includes('git'))).to.deep.equal([])
  })

  it('wakes somebody by the alert that says so, and nobody before', async () => {
    const rules = path.resolve('deploy/prometheus/lanista.rules.yml')
    const file = path.join(folder, 'test.yml')
    await writeFile(file, stringify({ rule_files: [rules], evaluation_interval: '1m', tests }))
    const { text } = await promtool(['test', 'rules', file])
    expect(text.split('expr:').slice(1), text).to.deep.equal([])
    const summaries = [...text.matchAll(/alertname: (\w+), [\s\S]*?summary="((?:[^"\\]|\\.)*)"/g)]
    for (const { fires, summary, git } of TROUBLES) {
      if (git && !hasGit()) continue
      expect(summaries.find(([, alert]) => alert === fires[0])?.[2], text).to.match(summary)
      expect(text).to.include(`runbook_url="${DOCS}/runbooks/${fires[0]}.md"`)
    }
  })
})
