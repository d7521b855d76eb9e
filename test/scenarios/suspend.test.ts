import { readFile } from 'node:fs/promises'
import path from 'node:path'
import { expect } from 'chai'
import { z } from 'zod'
import { type Ended, lanistaHere, startHere } from './command-line.ts'
import type { Lab } from './lab.ts'
import { personIn } from './person.ts'
import { openReadyLab } from './ready-lab.ts'
import { rangeText } from './ranges.ts'
import { openSite, type Site } from './site.ts'

const VMS = [{ name: 'a', vlan: 10, octet: 1 }]
const suspendedText = (until: string, more = ''): string =>
  `${rangeText(VMS)}ludus_extensions: { lanista: { suspend: { reason: exam in room 3, owner: Ada, until: "${until}" }${more} } }\n`

const conditions = z.array(
  z.object({
    type: z.string(),
    status: z.string(),
    reason: z.string(),
    message: z.string(),
    lastTransitionTime: z.string(),
  }),
)
const list = z.object({ items: z.array(z.object({ name: z.string(), conditions })) })

describe('a suspended range', () => {
  let lab: Lab
  beforeEach(async () => {
    lab = await openReadyLab({ 'JD.yml': rangeText(VMS) }, { settings: { auditMs: 1000 } })
  })
  afterEach(() => lab.close())

  const ready = () => lab.controller.board.get('JD')?.conditions.at(-1)
  const at = (milliseconds: number): string =>
    new Date(lab.simulator.simulation.clock.now() + milliseconds).toISOString()
  const guest = () => lab.simulator.world.guests.get(1_010_001)
  const tasksEnded = () => Promise.all(lab.simulator.world.tasks.map(({ done }) => done))
  const requestsOfLanista = () =>
    lab.simulator.journal.entries().filter(({ user }) => user?.startsWith('lanista') === true)

  it('is left alone whatever becomes of its VMs, without a request, and goes on by itself when its time has come', async () => {
    const person = personIn(lab.simulator)
    const [changed, until] = [`/nodes/${guest()?.node}/qemu/1010001`, at(3_600_000)]
    await lab.drop('JD.yml', suspendedText(until))
    await lab.until(() => ready()?.reason === 'Suspended')
    expect(ready()).to.include({
      type: 'Ready',
      status: 'False',
      reason: 'Suspended',
      message: `range JD: suspended until ${until} by Ada: exam in room 3; nothing is changed meanwhile; remove suspend from its file to go on`,
    })
    const before = requestsOfLanista().length
    await person('POST', `${changed}/status/stop`)
    await person('PUT', '/nodes/pve1/qemu/1001254/config', { memory: 4096 })
    await tasksEnded()
    await person('DELETE', changed)
    await tasksEnded()
    expect(guest()).to.equal(undefined)
    await lab.pass()
    await lab.pass()
    expect(requestsOfLanista()).to.have.length(before)
    const soon = at(20_000)
    await lab.drop('JD.yml', suspendedText(soon))
    await lab.until(() => lab.ready('JD'))
    expect(lab.simulator.simulation.clock.now()).to.be.at.least(Date.parse(soon))
    expect(guest()?.running, 'made anew').not.to.equal(undefined)
  })

  it('is not removed either, although its file says that too', async () => {
    await lab.drop('JD.yml', suspendedText(at(3_600_000), ', state: absent'))
    await lab.until(() => ready()?.reason === 'Suspended')
    const before = requestsOfLanista().length
    await lab.pass()
    expect(requestsOfLanista()).to.have.length(before)
    expect(guest()?.running).not.to.equal(undefined)
  })
})

describe('a suspended range is told of', function () {
  this.timeout(60_000)
  let site: Site
  const TEXT = 'suspended until 2999-12-24T17:00:00.000Z by Ada: exam in room 3'
  const lanista = (...args: readonly string[]): Promise<Ended> => lanistaHere([...args, '--config', site.config])

  before(async () => {
    const gone = 'ludus: []\nludus_extensions: { lanista: { state: absent } }\n'
    site = await openSite({ 'JD.yml': suspendedText('2999-12-24T18:00:00+01:00'), 'KT.yml': gone })
  })
  after(() => site.close())

  it('by the log, the API, the metrics and its status file, and is green in none', async () => {
    const running = startHere(['run', '--config', site.config], { log: 'on standard error' })
    try {
      const log = await running.says(/is not Ready[^]*range is Ready|range is Ready[^]*is not Ready/)
      expect(log).to.match(new RegExp(`"range":"JD","reason":"Suspended","message":"range JD: ${TEXT}`))
      const http = /"http":"([^"]+)"/.exec(log)?.[1] ?? ''
      const get = async (at: string): Promise<string> => (await fetch(`http://${http}${at}`)).text()
      const [jd, kt] = list.parse(JSON.parse(await get('/api/v1/ranges'))).items
      expect(jd?.conditions.map(({ type, status, reason }) => `${type} ${status} ${reason}`)).to.deep.equal([
        'SpecValid True Ok',
        'ZoneReady Unknown Suspended',
        'NetworkReady Unknown Suspended',
        'MachinesReady Unknown Suspended',
        'Ready False Suspended',
      ])
      expect(jd?.conditions.at(-1)?.message).to.contain(TEXT)
      expect(kt?.conditions.at(-1)).to.include({ status: 'True' })
      expect((await get('/metrics')).split('\n')).to.include.members([
        'lanista_range_suspended{range="JD"} 1',
        'lanista_range_suspended{range="KT"} 0',
        'lanista_range_condition{range="JD",type="Ready",status="True"} 0',
        'lanista_range_condition{range="JD",type="Ready",status="False"} 1',
      ])
      // Nobody waits for a status file, but whoever stops.
      running.stop()
      await running.ended
      const file: unknown = JSON.parse(
        await readFile(path.join(path.dirname(site.config), 'state', 'status', 'JD.json'), 'utf8'),
      )
      expect(z.object({ conditions }).parse(file).conditions).to.deep.equal(jd?.conditions)
    } finally {
      running.stop()
      await running.ended
    }
  })

  it('by plan and by run --once, which end with status 1, and nothing was made of it', async () => {
    const [plan, run] = await Promise.all([lanista('plan'), lanista('run', '--once')])
    expect(plan.stdout)
      .to.match(new RegExp(`^# range JD: ${TEXT}`, 'm'))
      .and.match(/^0 ranges, nothing to change, 1 suspended$/m)
    expect(run.stdout)
      .to.match(new RegExp(`^range JD: not Ready: Suspended: range JD: ${TEXT}`, 'm'))
      .and.match(/^range KT: Absent$/m)
    expect([plan.status, run.status]).to.deep.equal([1, 1])
    expect(site.simulator.journal.entries().filter(({ method }) => method !== 'GET')).to.deep.equal([])
  })
})
