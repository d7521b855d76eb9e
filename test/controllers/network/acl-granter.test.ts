import { expect } from 'chai'
import { AclGranter } from '../../../controllers/network/acl-granter.ts'
import { Withdrawn } from '../../../model/permit.ts'
import { ProxmoxError } from '../../../model/proxmox-error.ts'
import { cluster } from '../../builders/cluster.ts'
import { FakeProxmox } from '../../builders/fake-proxmox.ts'
import { stillWanted } from '../../builders/permits.ts'
import { quiet } from '../../builders/quiet.ts'

const grant = {
  kind: 'grant-acl',
  path: '/sdn/zones/ludus/r1',
  group: 'ludus_users',
  role: 'PVESDNUser',
  reason: '',
} as const
const CALL = 'grant ludus_users PVESDNUser on /sdn/zones/ludus/r1'

function situation() {
  const proxmox = new FakeProxmox(cluster())
  const time = { now: 0 }
  const stop = new AbortController()
  return { proxmox, time, stop, granter: new AclGranter(proxmox.access, quiet, { now: () => time.now }, stop.signal) }
}

describe('AclGranter', () => {
  it('has nothing to do without a grant', async () => {
    const { granter, proxmox } = situation()
    expect(await granter.grant(undefined, stillWanted)).to.equal(true)
    expect(granter.standing(undefined)).to.equal(true)
    expect(proxmox.writes).to.deep.equal([])
  })

  it('does not ask again and again for what was refused, but after a minute', async () => {
    const { granter, proxmox, time } = situation()
    proxmox.fail(CALL, new ProxmoxError('forbidden', 'PUT /access/acl', 'the API token lacks Permissions.Modify'))
    const remark = await granter.grant(grant, stillWanted)
    expect(remark).to.deep.include({ reason: 'AclMissing', works: true })
    expect(remark === true ? '' : remark.message).to.match(/^acl .*ludus_users was not given .*Permissions.Modify$/)
    time.now = 59_999
    expect(await granter.grant(grant, stillWanted)).to.deep.equal(remark)
    expect(granter.standing(grant)).to.deep.equal(remark)
    expect(proxmox.writes).to.deep.equal([CALL])

    proxmox.mend()
    time.now = 60_000
    expect(await granter.grant(grant, stillWanted)).to.equal(true)
    expect(granter.standing(grant)).to.equal(true)
    expect(proxmox.writes).to.deep.equal([CALL, CALL])
  })

  it('gives nothing to a range that is not to be like this any more, and holds nothing against it', async () => {
    const { granter, proxmox } = situation()
    const withdrawn = (): Promise<void> => Promise.reject(new Withdrawn('it is to go'))
    const error: unknown = await granter.grant(grant, withdrawn).catch((caught: unknown) => caught)
    expect(error).to.be.instanceOf(Withdrawn)
    expect(proxmox.writes).to.deep.equal([])
    expect(granter.standing(grant)).to.equal(true)
  })

  it('lets no failure of one range keep another from its own', async () => {
    const { granter, proxmox } = situation()
    proxmox.fail(CALL, new ProxmoxError('locked', 'PUT /access/acl', 'timeout'))
    await granter.grant(grant, stillWanted)
    expect(await granter.grant({ ...grant, path: '/sdn/zones/ludus/r2' }, stillWanted)).to.equal(true)
  })

  it('tells nothing of what was cut short', async () => {
    const { granter, proxmox, stop } = situation()
    proxmox.fail(CALL, new Error('aborted'))
    stop.abort(new Error('stopped'))
    expect(await granter.grant(grant, stillWanted).catch(String)).to.equal('Error: stopped')
    expect(granter.standing(grant)).to.equal(true)
  })
})
