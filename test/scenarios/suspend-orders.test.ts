import { mkdir, rm, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { expect } from 'chai'
import { destroyOrderFiles } from '../../adapters/state/destroy-order-files.ts'
import { itLong } from '../runner/long-runs.ts'
import { type Ended, lanistaHere } from './command-line.ts'
import { rangeText } from './ranges.ts'
import { openSite, type Site } from './site.ts'

const JD = rangeText([{ name: 'a', vlan: 10, octet: 1 }])
const KT = rangeText([{ name: 'b', vlan: 10, octet: 1 }])

describe('an order to leave a range alone', function () {
  this.timeout(60_000)
  let site: Site
  let state = ''
  const lanista = (...args: readonly string[]): Promise<Ended> => lanistaHere([...args, '--config', site.config])
  const orderSays = async (text: string): Promise<void> => {
    await mkdir(path.join(state, 'suspend'), { recursive: true })
    await writeFile(path.join(state, 'suspend', 'JD.json'), text)
  }
  const writes = (): number => site.simulator.journal.entries().filter(({ method }) => method !== 'GET').length
  const SUSPENDED = JSON.stringify({ kind: 'suspend', by: 'ada', at: 1, reason: 'exam', file: '' })

  beforeEach(async () => {
    site = await openSite({ 'JD.yml': JD, 'KT.yml': KT })
    state = path.join(path.dirname(site.config), 'state')
  })
  afterEach(() => site.close())

  it('that can not be read is told in a sentence by whoever looks, and nothing is planned past it', async () => {
    await orderSays('{')
    for (const command of [['plan'], ['diff', 'JD'], ['explain', 'JD/JD-a'], ['destroy', 'JD', '--yes']]) {
      const { status, stdout, stderr } = await lanista(...command)
      expect(status, command[0]).to.be.oneOf([1, 2])
      expect(stdout + stderr, command[0])
        .to.match(/suspend\/JD\.json can't be understood; let Lanista read it, or remove it/)
        .and.not.match(/^ +at /m)
      expect(stdout, command[0]).not.to.match(/vm JD-a/)
    }
    expect(writes()).to.equal(0)
  })

  itLong('that can not be read keeps a run from its range, and from no other', async () => {
    await orderSays('{')
    const { status, stdout } = await lanista('run', '--once')
    expect(status).to.equal(1)
    expect(stdout)
      .to.match(/^range JD: not Ready: FileUnreadable: .*suspend\/JD\.json can't be understood/m)
      .and.match(/^range KT: Ready$/m)
    const pools = site.simulator.journal
      .entries()
      .filter(({ method, path: at }) => method === 'POST' && /pools/.test(at))
    expect(JSON.stringify(pools)).not.to.contain('JD')
  })

  itLong(
    'holds against an order to destroy it that was given before, in a plan and in a run, without its file too',
    async () => {
      expect((await lanista('run', '--once')).status).to.equal(0)
      await destroyOrderFiles(state).write({
        rangeId: 'JD',
        at: 1,
        vms: [...(site.simulator.world.pools.get('JD')?.vms ?? [])].map((vmid) => ({
          vmid,
          name: String(site.simulator.world.guests.get(vmid)?.config.get('name')),
        })),
        file: undefined,
        held: undefined,
        carriedOut: false,
      })
      await orderSays(SUSPENDED)
      const before = writes()
      for (const text of ['ludus: [', undefined]) {
        const file = path.join(site.ranges, 'JD.yml')
        await (text === undefined ? rm(file) : writeFile(file, text))
        const plan = await lanista('plan')
        expect(plan.stdout).not.to.match(/^ *- .*JD-a|delete vm JD-a/m)
        if (text !== undefined)
          expect(plan.stdout).to.match(/^# range JD: suspended by ada: exam; .*; lanista resume JD to go on$/m)
        expect((await lanista('run', '--once')).stdout).to.match(/^range JD: not Ready: Suspended: /m)
        expect(writes(), text ?? 'absent').to.equal(before)
      }
      await rm(path.join(state, 'suspend', 'JD.json'))
      expect((await lanista('plan')).stdout).to.match(/JD-a/)
    },
  )
})
