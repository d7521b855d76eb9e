import { readdir, readFile, rm, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { expect } from 'chai'
import { z } from 'zod'
import { httpsNotifier } from '../../adapters/notify/send.ts'
import { readAddress } from '../../model/notify/notify-address.ts'
import type { Notification } from '../../model/notify/notification.ts'
import type { Notifier } from '../../model/ports.ts'
import { compose } from '../../controllers/compose/compose.ts'
import { notification } from '../builders/notification.ts'
import { quiet } from '../builders/quiet.ts'
import { openReceiver, type Receiver } from '../builders/receiver.ts'
import { itLong } from '../runner/long-runs.ts'
import { startHere } from './command-line.ts'
import { openLab } from './lab.ts'
import { rangeText } from './ranges.ts'
import { openSite, type Site } from './site.ts'

const titled = z.object({ title: z.string() })
const SECRET = 'S3CRET-0b1c2d3e'

describe('notify.urls', function () {
  this.timeout(60_000)
  let [site, receiver]: [Site?, Receiver?] = []
  let [printed, folder, state] = ['', '', '']

  before(async () => {
    receiver = await openReceiver()
    site = await openSite({ 'JD.yml': textWith(receiver.host) })
    folder = path.dirname(site.config)
    state = path.join(folder, 'state')
  })
  after(async () => {
    await site?.close()
    await receiver?.close()
  })

  const textWith = (host: string): string =>
    rangeText(
      [{ name: 'a', vlan: 10, octet: 1 }],
      `notify:\n  urls: ["generic://${host}/${SECRET}?template=json", "telegram://${SECRET}@telegram"]\n`,
    )
  const runOnce = async (environment: NodeJS.ProcessEnv = {}): Promise<void> => {
    const notifier = httpsNotifier({ ca: receiver?.ca ?? '', privateHosts: ['127.0.0.1'] })
    const args = ['run', '--once', '--config', site?.config ?? '']
    const { stdout, stderr } = await startHere(args, { environment, notifier, log: 'on standard error' }).ended
    printed += stdout + stderr
  }
  const told = (): readonly unknown[] =>
    (receiver?.received ?? []).map(({ path: at, body }) => [at, titled.parse(JSON.parse(body)).title])

  it('are called once when a range has become Ready, and not again after a restart', async () => {
    await runOnce()
    expect(told(), printed).to.deep.equal([[`/${SECRET}`, 'range JD is Ready']])
    await runOnce()
    expect(told()).to.have.length(1)
  })

  it('are called when its file is broken later, together with those of the configuration', async () => {
    await writeFile(path.join(site?.ranges ?? '', 'JD.yml'), 'ludus: [}\n')
    await runOnce({ LANISTA_NOTIFY_URLS: `https://${receiver?.host}/all/${SECRET}` })
    // The file that can't be read has no addresses any more, as far as a new process knows.
    expect(told().slice(1)).to.deep.equal([[`/all/${SECRET}`, 'range JD is not Ready']])
  })

  it('are called again when the state directory is gone, for then nothing is known of before', async () => {
    await writeFile(path.join(site?.ranges ?? '', 'JD.yml'), textWith(receiver?.host ?? ''))
    await rm(state, { recursive: true })
    await runOnce()
    expect(told().slice(2)).to.deep.equal([[`/${SECRET}`, 'range JD is Ready']])
  })

  it('keep no range from its work when they are refused', async () => {
    if (receiver !== undefined) receiver.answer = { status: 404 }
    await rm(state, { recursive: true })
    printed = ''
    await runOnce()
    expect(printed)
      .to.match(/^range JD: Ready$/m)
      .and.match(/"to":"generic:\/\/\*\*\*".*"msg":"notification refused"/)
  })

  it('are told nothing by the product as it is where their certificate is not trusted', async () => {
    const before = told().length
    const product = compose({ version: 'test', environment: {} })
    const { notifier } = await product.connect(await product.loadConfig(site?.config ?? ''), quiet)
    const address = `generic://${receiver?.host}/${SECRET}`
    expect(
      await notifier.send(address, notification(), new AbortController().signal, { anywhere: true }),
    ).to.deep.include({
      kind: 'failed',
      why: 'the connection failed (DEPTH_ZERO_SELF_SIGNED_CERT)',
    })
    expect(told()).to.have.length(before)
  })

  itLong('are called in the form of each service, once for each turn of a range', async () => {
    const called: string[] = []
    let look = (): void => undefined
    // As the real one does; Discord and Slack are at no other host than their own.
    const send: Notifier['send'] = (address, notification) => {
      const read = readAddress(address)
      if (read.kind === 'unusable') return Promise.resolve({ kind: 'refused', why: read.finding })
      const { method, url, headers, body } = read.requestFor(notification)
      called.push([method, url.href, ...(headers['Title'] === undefined ? [] : [headers['Title']]), body].join(' '))
      look()
      return Promise.resolve({ kind: 'delivered' })
    }
    const allCalled = (): Promise<void> =>
      new Promise((resolve) => {
        look = () => (called.length === urls.length ? resolve() : undefined)
        look()
      })
    const urls = [
      'https://h.example/x',
      'generic://h.example/y',
      'discord://tok@123',
      'slack://hook:A-B-C@webhook',
      'ntfy://n.example/ranges',
    ]
    const formsOf = (told: Pick<Notification, 'ready' | 'reason' | 'title' | 'message'>): readonly string[] => [
      `POST https://h.example/x ${JSON.stringify({ range: 'JD', ...told, number: 1, vms: { running: 1, total: 1 } })}`,
      `POST https://h.example/y ${told.message}`,
      `POST https://discord.com/api/webhooks/123/tok ${JSON.stringify({ content: told.message, allowed_mentions: { parse: [] } })}`,
      `POST https://hooks.slack.com/services/A/B/C ${JSON.stringify({ text: told.message })}`,
      `POST https://n.example/ranges ${told.title} ${told.message}`,
    ]
    const good = formsOf({
      ready: true,
      reason: 'Ready',
      title: 'range JD is Ready',
      message: 'range JD (number 1, 10.1.0.0/16) is Ready: 1 of 1 VMs are running',
    })
    const text = `ludus: []\nnotify:\n  urls: ${JSON.stringify(urls)}\n`
    const lab = await openLab({ files: { 'JD.yml': text }, notifier: { send } })
    try {
      await allCalled()
      await lab.pass()
      expect(called.splice(0)).to.have.members(good)

      await lab.drop('JD.yml', text.replace('[]', '[{}]'))
      await allCalled()
      const why = lab.controller.board.get('JD')?.conditions.at(-1)?.message
      expect(why).to.match(/JD\.yml:1:9: /)
      const message = `range JD (number 1, 10.1.0.0/16) is not Ready: Invalid: ${why}`
      expect(called.splice(0)).to.have.members(
        formsOf({ ready: false, reason: 'Invalid', title: 'range JD is not Ready', message }),
      )

      await lab.drop('JD.yml', text)
      await allCalled()
      await lab.pass()
      expect(called).to.have.members(good)
    } finally {
      await lab.close()
    }
  })

  itLong('keep no range from its work when they never answer', async () => {
    const asked: string[] = []
    const send = (address: string): Promise<never> => {
      asked.push(address)
      return new Promise(() => undefined)
    }
    const lab = await openLab({ files: { 'JD.yml': textWith('h.example') }, notifier: { send } })
    try {
      await lab.until(() => lab.ready('JD') && asked.length === 1)
      await lab.pass()
    } finally {
      await lab.close()
    }
    expect(asked).to.have.length(1)
  })

  it('are in no output, log or status', async () => {
    const files = await readdir(path.join(state, 'status'))
    const statuses = await Promise.all(files.map((name) => readFile(path.join(state, 'status', name), 'utf8')))
    expect(statuses.join('')).to.contain('telegram://***').and.not.contain(SECRET)
    expect(printed).not.to.contain(SECRET)
  })
})
