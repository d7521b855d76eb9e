import { expect } from 'chai'
import type { Lab } from './lab.ts'
import { personIn } from './person.ts'
import { openReadyLab } from './ready-lab.ts'
import { rangeText } from './ranges.ts'
import { cases, itLong } from '../runner/long-runs.ts'

const JD = rangeText([{ name: 'a', vlan: 10, octet: 1 }])
const BROKEN = 'ludus: [\n'

describe('what is told of a range for which nothing is planned', () => {
  let lab: Lab
  afterEach(() => lab.close())
  const status = () => lab.controller.board.get('JD')
  const machines = () => status()?.conditions.find(({ type }) => type === 'MachinesReady')
  const phases = (): Readonly<Record<string, string>> =>
    Object.fromEntries(
      (status()?.vms ?? []).map(({ name, phase }) => [
        name.replace(/^JD-(router)?.*?(\w+)$/, (_, router, rest) => router ?? rest),
        phase,
      ]),
    )

  const withoutA = async (): Promise<void> => {
    const person = personIn(lab.simulator)
    const at = `/nodes/${lab.simulator.world.guests.get(1_010_001)?.node}/qemu/1010001`
    await person('POST', `${at}/status/stop`)
    await Promise.all(lab.simulator.world.tasks.map(({ done }) => done))
    await person('DELETE', at)
    await Promise.all(lab.simulator.world.tasks.map(({ done }) => done))
    expect(lab.simulator.world.guests.has(1_010_001)).to.equal(false)
  }

  const unusable = [
    ['broken', BROKEN, 'Invalid'],
    ['refused', `${JD}ludus_extensions: { lanista: { range_number: 99 } }\n`, 'NumberChanged'],
  ] as const
  for (const [what, text, reason] of cases<(typeof unusable)[number]>(unusable, ([what]) => what === 'refused'))
    it(`is what is there: a VM that is gone while its file is ${what} is neither running nor in order`, async () => {
      lab = await openReadyLab({ 'JD.yml': JD })
      await lab.drop('JD.yml', text)
      await lab.until(() => status()?.conditions.at(-1)?.reason === reason)
      await lab.sleep(31_000)
      expect([machines()?.status, phases()]).to.deep.equal(['True', { a: 'running', router: 'running' }])
      await withoutA()
      await lab.until(() => machines()?.status === 'False')
      expect(phases()).to.deep.equal({ a: 'absent', router: 'running' })
      await lab.drop('JD.yml', JD)
      await lab.until(() => lab.ready('JD'))
    })

  itLong('is what is there when its file is gone: a VM that is gone is not told of', async () => {
    lab = await openReadyLab({ 'JD.yml': JD })
    await lab.remove('JD.yml')
    await lab.until(() => status()?.conditions.at(-1)?.reason === 'FileMissing')
    await withoutA()
    await lab.until(() => Object.keys(phases()).join() === 'router')
    expect([machines()?.status, phases()]).to.deep.equal(['Unknown', { router: 'running' }])
  })

  it('is unknown while its file suspends it, as nothing is looked at then', async () => {
    lab = await openReadyLab({ 'JD.yml': JD })
    await lab.drop('JD.yml', `${JD}ludus_extensions: { lanista: { suspend: { reason: exam } } }\n`)
    await lab.until(() => status()?.conditions.at(-1)?.reason === 'Suspended')
    expect([phases(), status()?.networks]).to.deep.equal([{ a: 'unknown', router: 'unknown' }, []])
  })

  itLong('is unknown while the cluster can not be read, also the phases of its VMs', async () => {
    lab = await openReadyLab({ 'JD.yml': JD }, { durations: { statistics: 1000 } })
    const down = lab.simulator.arm({
      on: 'request',
      match: { method: 'GET', path: '/cluster/resources' },
      at: 'before',
      effect: { kind: 'answer', status: 500, message: 'no' },
      times: 1000,
    })
    await lab.until(() => machines()?.status === 'Unknown')
    expect(phases()).to.deep.equal({ a: 'unknown', router: 'unknown' })
    await lab.drop('JD.yml', BROKEN)
    await lab.until(() => status()?.conditions.at(-1)?.reason === 'Invalid')
    expect([machines()?.status, phases()]).to.deep.equal(['Unknown', { a: 'unknown', router: 'unknown' }])
    down.disarm()
    await lab.until(() => phases()['a'] === 'running')
    await lab.drop('JD.yml', JD)
    await lab.until(() => lab.ready('JD'))
  })
})
