import { expect } from 'chai'
import type { AclSeen } from '../../../model/snapshot.ts'
import { planGrant } from '../../../reconcilers/vnet/plan-acl.ts'

const entry = (path: string, role: string, traits: Partial<AclSeen> = {}): AclSeen => ({
  path,
  kind: 'group',
  who: 'ludus_users',
  role,
  propagate: true,
  ...traits,
})

describe('planGrant', () => {
  const ZONE = '/sdn/zones/ludus'
  const VNET = `${ZONE}/r1`
  const rows: readonly [string, readonly AclSeen[], boolean][] = [
    ['gives the role to a group that has none', [], true],
    ['gives nothing that is there', [entry(VNET, 'PVESDNUser')], false],
    ['leaves a person the choice not to propagate', [entry(VNET, 'PVESDNUser', { propagate: false })], false],
    ['takes an inherited role for present', [entry(ZONE, 'PVESDNUser')], false],
    ['takes a role on everything for present', [entry('/', 'Administrator')], false],
    ['takes a role with more rights for present', [entry('/sdn', 'PVESDNAdmin')], false],
    ['takes no role for inherited that does not propagate', [entry(ZONE, 'PVESDNUser', { propagate: false })], true],
    [
      'takes no role of another VNet or zone for its own',
      [entry(`${ZONE}/r10`, 'PVESDNUser'), entry('/sdn/zones/lab', 'PVESDNUser')],
      true,
    ],
    ['takes no role of another group for its own', [entry(VNET, 'PVESDNUser', { who: 'admins' })], true],
    ['takes no role of a user of the same name for its own', [entry(VNET, 'PVESDNUser', { kind: 'user' })], true],
    ['adds to another role', [entry(VNET, 'PVEAuditor')], true],
    [
      'knows that a role further down replaces one further up',
      [entry('/sdn', 'PVESDNUser'), entry(ZONE, 'NoAccess', { propagate: false })],
      false,
    ],
    ['does not undo that somebody shut the group out', [entry('/', 'PVESDNUser'), entry(VNET, 'NoAccess')], false],
  ]
  for (const [situation, acl, given] of rows)
    it(situation, () => {
      const grant = planGrant('r1', 'ludus', 'ludus_users', acl)
      expect(
        grant === undefined ? undefined : { path: grant.path, group: grant.group, role: grant.role },
      ).to.deep.equal(given ? { path: VNET, group: 'ludus_users', role: 'PVESDNUser' } : undefined)
      expect(planGrant('r1', 'ludus', 'ludus_users', [...acl].reverse())).to.deep.equal(grant)
    })

  it('takes nothing away that the group has above: on the VNet, the role would replace it', () => {
    const roleOf = (...acl: readonly AclSeen[]) => planGrant('r1', 'ludus', 'ludus_users', acl)?.role
    expect(roleOf(entry('/sdn', 'PVESDNUser'), entry(ZONE, 'PVEAuditor'))).to.equal('PVEAuditor,PVESDNUser')
    expect(roleOf(entry('/', 'Own'), entry('/', 'PVEAuditor'))).to.equal('Own,PVEAuditor,PVESDNUser')
    expect(roleOf(entry('/', 'Own'), entry(VNET, 'PVEAuditor')), 'which it has replaced already').to.equal('PVESDNUser')
  })

  it('plans nothing without a group', () => {
    expect(planGrant('r1', 'ludus', undefined, [])).to.equal(undefined)
  })
})
