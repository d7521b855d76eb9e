import { expect } from 'chai'
import type { World } from '../../adapters/simulator/world.ts'
import type { PlanSettings } from '../../model/plan-settings.ts'
import { isLong } from '../runner/long-runs.ts'
import { type Lab, openLab } from './lab.ts'
import { rangeText, type VmText } from './ranges.ts'

const A: VmText = { name: 'a', vlan: 10, octet: 1 }
const VMID = 1_010_001
const RANGE = rangeText([A])
const lanista = (keys: string): string => `ludus_extensions: { lanista: { ${keys} } }\n`

/** What is asked for by the time that the clone is seen again. */
interface Later {
  readonly text: string
  readonly settings?: Partial<PlanSettings>
}

const CHANGES: Readonly<Record<string, Later>> = {
  nothing: { text: RANGE },
  'its VLAN': { text: rangeText([{ ...A, vlan: 20 }]) },
  'its last octet': { text: rangeText([{ ...A, octet: 7 }]) },
  'the range number': { text: rangeText([A], lanista('range_number: 9')) },
  vmid_base: { text: RANGE, settings: { vmidBase: 500_000_000 } },
  'its name': { text: rangeText([{ ...A, name: 'b' }]) },
  'the power': { text: rangeText([A], lanista('power: keep')) },
}

describe('a clone that was left unconfigured', () => {
  let lab: Lab
  afterEach(() => lab.close())

  const guest = ({ guests }: World) => guests.get(VMID)
  const clone = {
    method: 'POST',
    path: /\/clone$/,
    params: ({ newid }: Readonly<Record<string, unknown>>) => String(newid) === String(VMID),
  }

  /** Ways in which it is left so; each resolves when it was. */
  const WAYS: Readonly<Record<string, () => Promise<void>>> = {
    'as the write failed': async () => {
      const match = { method: 'PUT', path: new RegExp(`/qemu/${VMID}/config$`) }
      const effect = { kind: 'answer', status: 500, message: 'the dog ate it' } as const
      const armed = lab.simulator.arm({ on: 'request', match, at: 'before', times: 1000, effect })
      await lab.drop('JD.yml', RANGE)
      await lab.until(() => armed.hits() > 0)
    },
    'as the connection broke before it was written': async () => {
      const match = { method: 'PUT', path: new RegExp(`/qemu/${VMID}/config$`) }
      const armed = lab.simulator.arm({ on: 'request', match, at: 'before', times: 1000, effect: { kind: 'reset' } })
      await lab.drop('JD.yml', RANGE)
      await lab.until(() => armed.hits() > 0)
    },
    'as the range was suspended while it was cloned': async () => {
      const edit = (): Promise<void> => lab.drop('JD.yml', RANGE + lanista('suspend: { reason: exam }'))
      lab.simulator.arm({ on: 'request', match: clone, at: 'before', effect: { kind: 'edit', edit } })
      await lab.drop('JD.yml', RANGE)
      await lab.until(() => guest(lab.simulator.world) !== undefined)
    },
  }

  const cases = Object.entries(WAYS).flatMap(([way, leave], index) =>
    Object.entries(CHANGES)
      // In the short run one way with one change.
      .filter((_, at) => isLong || (index === 0 && at === 0))
      .map(([what, later]) => ({ way, leave, what, ...later })),
  )
  for (const { way, leave, what, text, settings } of cases)
    it(`${way} is never started as it is, when ${what} has changed by the time it is seen again`, async () => {
      lab = await openLab()
      await leave()
      const { world } = lab.simulator
      await Promise.all(world.tasks.map(({ done }) => done))
      const isBare = (): boolean => String(guest(world)?.config.get('net0')).includes('bridge=vmbr0')
      expect(isBare(), 'it is on the bridge of its template').to.equal(true)
      await lab.close()
      lab = await openLab({ world, files: { 'JD.yml': text }, settings: { auditMs: 20_000, ...settings } })
      const started: boolean[] = []
      lab.simulator.journal.listen(({ method, path }, phase) => {
        if (phase === 'arrived' && method === 'POST' && path.includes(`/qemu/${VMID}/status/start`))
          started.push(isBare())
      })
      await lab.sleep(120_000)
      expect(started.filter((bare) => bare)).to.deep.equal([])
      if (lab.ready('JD')) {
        const named = [...world.guests.values()].filter(({ config }) => config.get('name') === 'JD-a')
        for (const { config } of named) expect(String(config.get('net0')), 'Ready').to.match(/bridge=r\d/)
      }
    })
})
