import { expect } from 'chai'
import type { Lab } from './lab.ts'
import { rangeText } from './ranges.ts'
import { openReadyLab } from './ready-lab.ts'

const SMALL = rangeText([{ name: 'a', vlan: 10, octet: 1 }])
const GOES = `${SMALL}ludus_extensions: { lanista: { state: absent } }\n`
const OPEN = {
  begunAt: 0,
  zone: 'ludus',
  natBridge: 'vmbr1000',
  nics: [
    {
      pool: 'JD',
      vmid: 1_010_001,
      name: 'JD-a',
      key: 'net0',
      before: 'virtio=BC:24:11:00:00:01,bridge=vmbr1001,tag=10',
      after: 'virtio=BC:24:11:00:00:01,bridge=r1,tag=10',
      writtenAt: 1,
    },
  ],
}

describe('a range whose NICs are being moved', () => {
  let lab: Lab
  afterEach(() => lab.close())

  it('is neither changed nor removed, says so, and goes on when the move is over', async () => {
    lab = await openReadyLab({ 'JD.yml': SMALL })
    const network = () => lab.controller.board.get('JD')?.conditions.find(({ type }) => type === 'NetworkReady')
    const before = lab.writes().length
    await lab.migration.write(OPEN)
    await lab.until(() => network()?.reason === 'Migrating')
    expect(network()?.message).to.match(
      /^range JD: its NICs are being moved to VNets, .*lanista migrate rollback --range JD$/,
    )
    await lab.drop('JD.yml', GOES)
    await lab.sleep(45_000)
    expect(network()?.reason).to.equal('Migrating')
    expect(lab.writes()).to.have.length(before)
    await lab.migration.write({ ...OPEN, nics: OPEN.nics.map((nic) => ({ ...nic, proven: true })) })
    await lab.until(() => lab.controller.board.get('JD')?.conditions.at(-1)?.reason === 'Absent')
  })
})
