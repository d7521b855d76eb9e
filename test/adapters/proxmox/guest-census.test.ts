import { expect } from 'chai'
import { ALL_RIGHTS, rightsBut } from './all-rights.ts'
import { connected, type Connected } from './connected.ts'
import { failing } from './failing.ts'
import { type Reply, refusal } from './fake-api.ts'

const FREE: Reply = { data: '8' }
const TAKEN: Reply = {
  status: 400,
  reason: 'Parameter verification failed.',
  body: { data: null, errors: { vmid: 'VM 8 already exists' }, message: 'Parameter verification failed.\n' },
}
const row = (vmid: number, node = 'pve1') => ({ type: 'qemu', vmid, node, name: `vm${vmid}` })

describe('all guests of a cluster, counted before a network is deleted', () => {
  let at: Connected
  afterEach(() => at.close())

  const start = async (rest: Readonly<Record<string, Reply | Reply[]>> = {}): Promise<void> => {
    at = await connected({
      'GET /access/acl': { data: [] },
      'GET /access/permissions': { data: ALL_RIGHTS },
      'GET /cluster/resources': {
        data: [
          { type: 'node', node: 'pve1', status: 'online' },
          { type: 'node', node: 'pve2', status: 'offline' },
          { type: 'pool', pool: 'JD' },
          { type: 'pool', pool: 'a/b' },
          row(7),
          { type: 'lxc', vmid: 9, node: 'pve1' },
          row(10, 'pve2'),
        ],
      },
      'GET /nodes/pve1/qemu': { data: [{ vmid: 7 }] },
      'GET /pools/JD': { data: { members: [{ vmid: 7 }, { storage: 'local' }] } },
      'GET /pools': { data: [{ poolid: 'a/b', members: [{ vmid: 9 }] }] },
      'GET /cluster/nextid': TAKEN,
      ...rest,
    })
  }
  const count = async (known: readonly number[] = []) => {
    const guests = known.map((vmid) => ({ kind: 'qemu', vmid, node: 'pve1', name: undefined }) as const)
    const counted = await at.proxmox.nics.everyGuest(guests, at.signal)
    return { vmids: counted.guests.map(({ vmid }) => vmid), unlisted: counted.unlisted }
  }

  it('are those that all lists agree on, of a node that is off those that the cluster tells', async () => {
    await start()
    expect(await count()).to.deep.equal({ vmids: [7, 9, 10], unlisted: [] })
  })

  it('are not all where a pool, a node or somebody before knows one that the cluster does not tell', async () => {
    await start({ 'GET /pools/JD': { data: { members: [{ vmid: 7 }, { vmid: 8 }] } } })
    expect((await count()).unlisted).to.deep.equal([8])
    await at.close()
    await start({ 'GET /nodes/pve1/qemu': { data: [{ vmid: 7 }, { vmid: 8 }] } })
    expect((await count()).unlisted).to.deep.equal([8])
    await at.close()
    await start()
    expect((await count([8])).unlisted).to.deep.equal([8])
  })

  it('are not all where a node does not tell one that the cluster does, but for one that is gone meanwhile', async () => {
    await start({ 'GET /nodes/pve1/qemu': { data: [] } })
    expect((await count()).unlisted).to.deep.equal([7])
    await at.close()
    await start({ 'GET /nodes/pve1/qemu': { data: [] }, 'GET /cluster/nextid': FREE })
    expect(await count()).to.deep.equal({ vmids: [9, 10], unlisted: [] })
  })

  it('are counted once more where one has just come', async () => {
    await start({
      'GET /nodes/pve1/qemu': { data: [{ vmid: 7 }, { vmid: 8 }] },
      'GET /cluster/resources': [
        { data: [{ type: 'node', node: 'pve1', status: 'online' }, row(7)] },
        { data: [{ type: 'node', node: 'pve1', status: 'online' }, row(7), row(8)] },
      ],
    })
    expect(await count()).to.deep.equal({ vmids: [7, 8], unlisted: [] })
  })

  it('are not known where a node or a pool does not answer', async () => {
    await start({ 'GET /nodes/pve1/qemu': refusal(595, 'No route to host') })
    expect((await failing(count())).kind).to.equal('node-unreachable')
    await at.close()
    await start({ 'GET /pools/JD': refusal(403, 'Permission check failed (/pool/JD, Pool.Audit)') })
    expect((await failing(count())).kind).to.equal('forbidden')
  })

  it('may be more where a right is missing before or after', async () => {
    const lists = [{ data: ALL_RIGHTS }, { data: rightsBut('VM.Audit') }]
    await start({ 'GET /access/permissions': lists })
    const { unseen } = await at.proxmox.nics.everyGuest([], at.signal)
    expect(unseen.map(({ path }) => path)).to.deep.equal(['/vms'])
  })
})
