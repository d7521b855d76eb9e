import { expect } from 'chai'
import type { Condition } from '../../model/condition.ts'
import { itLong } from '../runner/long-runs.ts'
import { type Lab, openLab } from './lab.ts'
import { personIn } from './person.ts'
import { rangeText } from './ranges.ts'

const FOR_EVER = 1e9
const on = (node: string): string =>
  rangeText([{ name: 'a', vlan: 10, octet: 1, targetNode: node }], `router:\n  target_node: ${node}\n`)

const HANGS = [
  ['its own reload never ends', { on: 'reload', node: 'pve3', fails: false, takes: FOR_EVER, times: 1000 }],
  ['the apply can not reach it', { on: 'reach', node: 'pve3', takes: FOR_EVER, times: 1000 }],
] as const

describe('a node on which a network reload hangs', () => {
  let lab: Lab
  afterEach(() => lab.close())

  const networkOf = (id: string): Condition | undefined =>
    lab.controller.board.get(id)?.conditions.find(({ type }) => type === 'NetworkReady')

  for (const [what, fault] of HANGS)
    itLong(`holds nobody else's range, and is named to those who need it (${what})`, async () => {
      lab = await openLab()
      const { world } = lab.simulator
      const broken = lab.simulator.arm(fault)
      await lab.drop('JD.yml', on('pve1'))
      await lab.until(() => lab.ready('JD'))
      await lab.drop('KT.yml', on('pve3'))
      await lab.drop('LM.yml', on('pve2'))
      await lab.until(() => lab.ready('JD', 'LM'))
      await lab.until(() => networkOf('KT')?.reason === 'NodeReloadHangs')
      expect(networkOf('KT')?.message).to.match(
        /^range KT: node pve3 .*\(task UPID:\S+, since 20[-\dT:]+Z\), so VMs there are not started; .*pvesh delete \/nodes\/\w+\/tasks\/UPID/,
      )
      const starts = (): number => lab.simulator.journal.find({ method: 'POST', path: /pve3.*status\/start$/ }).length
      expect(starts()).to.equal(0)
      // New VMs that may go anywhere go elsewhere.
      await lab.drop('MN.yml', rangeText([1, 2, 3].map((octet) => ({ name: `m${octet}`, vlan: 10, octet }))))
      await lab.until(() => lab.ready('MN'))
      expect(lab.controller.board.get('MN')?.vms.map(({ node }) => node)).not.to.include('pve3')
      // A person ends the tasks, as they are told to.
      broken.disarm()
      const ended = new Set<string>()
      lab.controller.board.onChange(() => {
        const [, task] = /pvesh delete (\/nodes\/\w+\/tasks\/UPID:[^)]+)\)/.exec(networkOf('KT')?.message ?? '') ?? []
        if (task === undefined || ended.has(task)) return
        ended.add(task)
        void personIn(lab.simulator)('DELETE', task)
      })
      await lab.until(() => lab.ready('JD', 'KT', 'LM'))
      for (const { name, bridges } of world.nodes.values())
        expect([...bridges.keys()], name).to.include.members(['r1', 'r2', 'r3'])
    })
})
