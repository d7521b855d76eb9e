import { expect } from 'chai'
import type { MigrationJournal } from '../../model/migration-journal.ts'
import type { Lab } from './lab.ts'
import { rangeText } from './ranges.ts'
import { openReadyLab } from './ready-lab.ts'

const SMALL = rangeText([{ name: 'a', vlan: 10, octet: 1 }])
const [ROUTER, VM] = [1_001_254, 1_010_001]

describe('a NIC that a snapshot from before a move brings back', function () {
  this.timeout(60_000)
  let lab: Lab
  afterEach(() => lab.close())

  const configOf = (vmid: number) => lab.simulator.world.guests.get(vmid)?.config ?? new Map<string, string | number>()
  const nicsOf = (vmid: number) => Object.fromEntries([...configOf(vmid)].filter(([key]) => /^net\d/.test(key)))
  /** As the rollback of a snapshot that was taken while the range was on its bridges. */
  const rollBack = (vmid: number): void => {
    const config = configOf(vmid)
    for (const [key, nic] of Object.entries(nicsOf(vmid)))
      config.set(key, String(nic).replace('bridge=ludusnat', 'bridge=vmbr1000').replace('bridge=r1', 'bridge=vmbr1001'))
  }
  const moveAgain = (vmid: number): void => {
    for (const [key, nic] of Object.entries(nicsOf(vmid)))
      configOf(vmid).set(
        key,
        String(nic).replace('bridge=vmbr1000', 'bridge=ludusnat').replace('bridge=vmbr1001', 'bridge=r1'),
      )
  }
  const machines = () => lab.controller.board.get('JD')?.conditions.find(({ type }) => type === 'MachinesReady')
  const journalOf = (...vmids: readonly number[]): MigrationJournal => ({
    begunAt: 0,
    zone: 'ludus',
    natBridge: 'vmbr1000',
    nics: vmids.map((vmid) => ({
      pool: 'JD',
      vmid,
      name: `VM ${vmid}`,
      key: 'net0',
      before: 'virtio=BC:24:11:00:00:01,bridge=vmbr1001,tag=10',
      after: 'virtio=BC:24:11:00:00:01,bridge=r1,tag=10',
      writtenAt: 1,
      proven: true,
    })),
  })

  for (const journal of [
    'with its journal',
    'without a journal',
    'where the configuration names ludusnat for its bridge',
  ] as const)
    it(`is NotMigrated until it is moved again, and corrected by nobody: ${journal}`, async () => {
      const natBridge = journal.startsWith('where') ? 'ludusnat' : 'vmbr1000'
      lab = await openReadyLab({ 'JD.yml': SMALL }, { settings: { auditMs: 60_000, natBridge } })
      if (journal === 'with its journal') await lab.migration.write(journalOf(ROUTER, VM))
      rollBack(VM)
      rollBack(ROUTER)
      const before = [nicsOf(ROUTER), nicsOf(VM)]
      await lab.until(() => machines()?.reason === 'NotMigrated')
      expect(lab.controller.board.get('JD')?.conditions.at(-1)).to.include({ type: 'Ready', reason: 'NotMigrated' })
      expect(machines()?.message).to.match(/is on bridge vmbr100[01], .* lanista migrate run --range JD$/)
      await lab.sleep(200_000)
      expect([nicsOf(ROUTER), nicsOf(VM)], 'nothing is corrected, and no NIC is added').to.deep.equal(before)
      const troubles = lab.controller.board.get('JD')?.vms.map(({ trouble }) => trouble ?? '') ?? []
      expect(troubles[0]).to.match(/net0 is on bridge vmbr1000 and net1 is on bridge vmbr1001, and its range/)
      expect(troubles[1]).to.match(/^vm JD-a: net0 is on bridge vmbr1001, and its range is on VNet r1/)
      moveAgain(ROUTER)
      await lab.until(() => !/router/.test(machines()?.message ?? ''))
      expect(machines()?.message).to.match(/vm JD-a: net0 is on bridge vmbr1001/)
      moveAgain(VM)
      await lab.until(() => lab.ready('JD'))
    })
})
