import { expect } from 'chai'
import { type Lab, openLab } from './lab.ts'
import { rangeText } from './ranges.ts'
import { openReadyLab } from './ready-lab.ts'
import { itLong } from '../runner/long-runs.ts'

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

  itLong('is written no more by what was planned before its move began', async () => {
    lab = await openLab({ files: { 'JD.yml': SMALL }, durations: { cloneBesides: 20_000 } })
    const isClone = ({ path }: { readonly path: string }) => path.endsWith('/clone')
    await lab.until(() => lab.writes().some(isClone))
    await lab.migration.write(OPEN)
    await lab.sleep(60_000)
    const after = lab.writes().slice(lab.writes().findIndex(isClone) + 1)
    expect(after.filter((each) => !isClone(each)).map(({ method, path }) => `${method} ${path}`)).to.deep.equal([])
    await lab.migration.clear()
    await lab.until(() => lab.ready('JD'))
  })

  itLong('is written no more while the journal of moves can not be read, and goes on when it can', async () => {
    lab = await openLab({ files: { 'JD.yml': SMALL }, durations: { cloneBesides: 20_000 } })
    const isClone = ({ path }: { readonly path: string }) => path.endsWith('/clone')
    await lab.until(() => lab.writes().some(isClone))
    const read = lab.migration.read.bind(lab.migration)
    lab.migration.read = () => Promise.reject(new Error('the journal of the move is damaged'))
    await lab.sleep(60_000)
    const after = lab.writes().slice(lab.writes().findIndex(isClone) + 1)
    expect(after.filter((each) => !isClone(each)).map(({ method, path }) => `${method} ${path}`)).to.deep.equal([])
    const said = JSON.stringify(lab.controller.board.get('JD')?.conditions)
    expect(said).to.include('the journal of the move is damaged')
    lab.migration.read = read
    await lab.until(() => lab.ready('JD'))
  })

  itLong('is not removed any further by an order from before its move began', async () => {
    lab = await openReadyLab({ 'JD.yml': SMALL })
    const stops = () => lab.writes().filter(({ path }) => path.endsWith('/status/shutdown')).length
    await lab.drop('JD.yml', GOES)
    await lab.until(() => stops() > 0)
    await lab.migration.write(OPEN)
    await lab.sleep(60_000)
    expect(lab.writes().filter(({ method }) => method === 'DELETE')).to.deep.equal([])
    await lab.migration.clear()
    await lab.until(() => lab.controller.board.get('JD')?.conditions.at(-1)?.reason === 'Absent')
  })

  itLong('is made anew on VNets, and to its end, where it was put back and has no VM any more', async () => {
    lab = await openReadyLab({ 'JD.yml': SMALL })
    await lab.drop('JD.yml', GOES)
    await lab.until(() => lab.controller.board.get('JD')?.conditions.at(-1)?.reason === 'Absent')
    await lab.migration.write({ ...OPEN, nics: [], onBridges: ['JD'] })
    await lab.drop('JD.yml', SMALL)
    await lab.until(() => lab.ready('JD'))
    await lab.sleep(90_000)
    expect(lab.ready('JD')).to.equal(true)
  })
})
