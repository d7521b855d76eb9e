import { expect } from 'chai'
import { ALL_RIGHTS, rightsBut } from './all-rights.ts'
import { connected, type Connected } from './connected.ts'
import type { Reply } from './fake-api.ts'

const SHOWN: Reply = { data: ALL_RIGHTS }
const HIDING: Reply = { data: rightsBut('VM.Audit') }

describe('what may be missing in the lists of a look', () => {
  let at: Connected
  afterEach(() => at.close())

  const start = async (permissions: readonly Reply[], rest: Readonly<Record<string, Reply>> = {}): Promise<void> => {
    at = await connected({
      'GET /version': { data: { release: '9.1' } },
      'GET /cluster/status': { data: [] },
      'GET /cluster/resources': {
        data: [
          { type: 'node', node: 'pve1', status: 'offline' },
          { type: 'qemu', vmid: 7, node: 'pve1' },
        ],
      },
      'GET /cluster/sdn/zones': { data: [] },
      'GET /cluster/sdn/vnets': { data: [] },
      'GET /cluster/sdn/controllers': { data: [] },
      'GET /cluster/sdn/fabrics/all': { data: { fabrics: [], nodes: [] } },
      'GET /pools': { data: [{ poolid: 'JD' }] },
      'GET /pools/JD': { data: { members: [{ vmid: 7 }, { vmid: 8 }, { storage: 'local' }] } },
      'GET /cluster/tasks': { data: [] },
      'GET /access/acl': { data: [] },
      'GET /access/permissions': [...permissions],
      ...rest,
    })
  }
  const look = async () => {
    const { unseen, hiddenMembers } = await at.proxmox.observe(at.signal)
    return { unseen: unseen.map(({ path }) => path), hiddenMembers }
  }

  const asked = (): number => at.seen.filter(({ call }) => call === 'GET /access/permissions').length

  it('is what was hidden after they were read', async () => {
    await start([SHOWN, HIDING])
    expect(await look()).to.deep.include({ unseen: ['/vms'] })
  })

  it('is what was hidden before they were read as well, and nothing any more in the next look', async () => {
    await start([HIDING, SHOWN, SHOWN, SHOWN])
    expect(await look()).to.deep.include({ unseen: ['/vms'] })
    expect(await look()).to.deep.equal({ unseen: [], hiddenMembers: new Map() })
  })

  it('is what was hidden right before them, although the look before this one was shown all', async () => {
    await start([SHOWN, SHOWN, HIDING, SHOWN])
    expect((await look()).unseen).to.deep.equal([])
    await at.clock.sleep(1000)
    expect(await look()).to.deep.include({ unseen: ['/vms'] })
    // Two more of them for the remedy.
    expect(asked()).to.equal(4 + 2)
  })

  it('is not asked for before one look right after another, which has just asked', async () => {
    await start([SHOWN, SHOWN, SHOWN])
    expect((await look()).unseen).to.deep.equal([])
    await at.clock.sleep(999)
    expect((await look()).unseen).to.deep.equal([])
    expect(asked()).to.equal(3)
  })

  it('is told once when it was hidden all the time', async () => {
    await start([HIDING, HIDING])
    expect(await look()).to.deep.include({ unseen: ['/vms'] })
  })

  it('is found among the members of pools while single guests are hidden', async () => {
    await start([SHOWN, SHOWN], {
      'GET /access/acl': { data: [{ path: '/vms/8', type: 'user', ugid: 'a', roleid: 'b' }] },
    })
    expect(await look()).to.deep.equal({ unseen: ['/vms/8'], hiddenMembers: new Map([['JD', [8]]]) })
  })
})
