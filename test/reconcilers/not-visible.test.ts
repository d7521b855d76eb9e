import { expect } from 'chai'
import { hiddenMembersOf, machinesHidden, orHidden } from '../../reconcilers/not-visible.ts'
import { cluster } from '../builders/cluster.ts'

const remedy = 'grant it with: pveum role modify Lanista --append 1 --privs "VM.Audit"'
const lacking = { what: 'guests', path: '/vms/9000', right: 'VM.Audit', remedy } as const

describe('what the API token may not be shown', () => {
  const missing = { what: 'guests', called: 'template win', subject: 'vm JD-a' } as const
  const finding = { reason: 'NoNodeFits', message: 'vm JD-a: no node fits: pve1 lacks template win' }

  it('is told before what is seen, with one line that gives it', () => {
    expect(orHidden(finding, missing, cluster({ unseen: [lacking] }))).to.deep.equal({
      reason: 'NotVisible',
      message: `vm JD-a: template win may be there and the API token is not shown it (it lacks VM.Audit on /vms/9000), and as far as it is shown no node fits: pve1 lacks template win; ${remedy}; this goes on by itself then`,
    })
  })

  it('is not spoken of while all of that kind is shown', () => {
    expect(orHidden(finding, missing, cluster())).to.equal(finding)
    expect(orHidden(finding, missing, cluster({ unseen: [{ ...lacking, what: 'storages' }] }))).to.equal(finding)
  })

  it('is told with each line once, the prose behind the last', () => {
    const seen = cluster({
      unseen: [
        { ...lacking, path: '/vms' },
        { ...lacking, what: 'pools', path: '/pool' },
      ],
    })
    expect(machinesHidden('JD', seen)?.message.match(/pveum/g)).to.have.length(1)
    expect(machinesHidden('JD', seen)?.message).to.match(/--privs "VM\.Audit"; this goes on by itself then$/)
    expect(hiddenMembersOf('JD', seen)).to.equal(undefined)
  })
})
