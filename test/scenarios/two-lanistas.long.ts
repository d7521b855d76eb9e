import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { expect } from 'chai'
import { destroyOrderFiles } from '../../adapters/state/destroy-order-files.ts'
import { sdnLockFile } from '../../adapters/state/sdn-lock-file.ts'
import { scaledClock } from '../../adapters/simulator/clock.ts'
import { controllerToken } from '../../adapters/simulator/cluster-from.ts'
import type { Logger } from '../../model/ports.ts'
import { FakeHostRoutes } from '../builders/fake-host-routes.ts'
import { type Lab, openLab } from './lab.ts'
import { type Life, startLife } from './life.ts'
import { rangeText } from './ranges.ts'

const TEXT = rangeText([
  { name: 'a', vlan: 10, octet: 1 },
  { name: 'b', vlan: 10, octet: 2 },
])

/** What is warned of another program. */
function listening(): { readonly logger: Logger; readonly warned: string[] } {
  const warned: string[] = []
  const warn = (message: string): void => {
    if (/another program/.test(message)) warned.push(message)
  }
  return { logger: { info: () => undefined, warn, error: () => undefined }, warned }
}

describe('two Lanistas with one token and a state directory each', () => {
  const here = listening()
  const there = listening()
  let lab: Lab
  let state: string
  let other: Life
  before(async () => {
    lab = await openLab({ logger: here.logger })
    state = await mkdtemp(path.join(tmpdir(), 'lanista-other-'))
    other = startLife({
      hosts: Object.values(lab.simulator.nodes),
      token: controllerToken(lab.simulator.world) ?? '',
      fingerprint: lab.simulator.fingerprint,
      ranges: lab.folder,
      lockStore: sdnLockFile(state),
      destroyOrders: destroyOrderFiles(state),
      hostRoutes: new FakeHostRoutes(),
      clock: scaledClock(1),
      resyncMs: 30_000,
      logger: there.logger,
    })
  })
  after(async () => {
    await other.end()
    await lab.close()
    await rm(state, { recursive: true, force: true })
  })
  const names = (): readonly unknown[] =>
    [...lab.simulator.world.guests.values()]
      .map(({ config }) => config.get('name'))
      .filter((name) => /^(JD|KT)-/.test(`${name}`))

  it('make no VM twice', async () => {
    await lab.drop('JD.yml', TEXT)
    await lab.until(() => lab.ready('JD'))
    expect(names()).to.have.members(['JD-router-debian12-x64', 'JD-a', 'JD-b'])
  })

  it('take note of each other by the first task that only the other can have begun, and say what to do', async () => {
    // Until then it might be one that an earlier life had sent for.
    await lab.sleep(120_000)
    expect([here.warned, there.warned]).to.deep.equal([[], []])
    await lab.drop('KT.yml', TEXT)
    await lab.until(() => lab.ready('JD', 'KT'))
    await lab.until(() => here.warned.length + there.warned.length > 0)
    expect(names()).to.have.length(6)
    const [told] = [...here.warned, ...there.warned]
    expect(told).to.match(
      /^API token lanista@pve!\w+: another program works with it, .*second Lanista, stop one of them/,
    )
  })
})
