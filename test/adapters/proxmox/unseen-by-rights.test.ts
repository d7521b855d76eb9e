import { expect } from 'chai'
import { unseenBy } from '../../../adapters/proxmox/unseen-by-rights.ts'
import type { Permissions } from '../../../model/permissions.ts'

const BASE = {
  'VM.Audit': true,
  'Pool.Audit': true,
  'Datastore.Audit': true,
  'SDN.Audit': true,
  'SDN.Use': true,
  'Sys.Audit': true,
}
const without = (right: keyof typeof BASE) =>
  Object.fromEntries(Object.entries(BASE).filter(([name]) => name !== right))

/** As Proxmox lists what is inherited from `/`: the roots always. */
const everywhere = (rights: Permissions[string]): Permissions =>
  Object.fromEntries(['/', '/access', '/nodes', '/pool', '/sdn', '/storage', '/vms'].map((path) => [path, rights]))

interface Row {
  readonly situation: string
  readonly permissions: Permissions
  readonly acl?: readonly string[]
  /** Kind, right and path of each. */
  readonly unseen: readonly string[]
}

const rows: readonly Row[] = [
  { situation: 'nothing where all rights are on / and reach below', permissions: everywhere(BASE), unseen: [] },
  {
    situation: 'nothing with a role on /sdn that does not reach below, which replaces nothing there',
    permissions: { ...everywhere(BASE), '/sdn': { 'SDN.Allocate': false, 'SDN.Audit': false } },
    acl: ['/sdn'],
    unseen: [],
  },
  {
    situation: 'every guest without VM.Audit',
    permissions: everywhere(without('VM.Audit')),
    unseen: ['guests VM.Audit /vms'],
  },
  {
    situation: 'every guest where VM.Audit does not reach below /',
    permissions: {
      '/': { ...BASE, 'VM.Audit': false },
      '/access': BASE,
      '/nodes': BASE,
      '/pool': BASE,
      '/sdn': BASE,
      '/storage': BASE,
      '/vms': without('VM.Audit'),
    },
    unseen: ['guests VM.Audit /vms'],
  },
  {
    situation: 'one guest where a role on it has taken the place of the inherited one',
    permissions: { ...everywhere(BASE), '/vms/9002': { 'VM.Clone': true } },
    acl: ['/vms/9002'],
    unseen: ['guests VM.Audit /vms/9002'],
  },
  {
    situation: 'one guest where the list of rights has nothing although an entry names it',
    permissions: everywhere(BASE),
    acl: ['/vms/105'],
    unseen: ['guests VM.Audit /vms/105'],
  },
  {
    situation: 'nothing of a guest that a pool shows on top of a role without VM.Audit',
    permissions: { ...everywhere(BASE), '/vms/105': { 'VM.Clone': true, 'VM.Audit': false } },
    acl: ['/vms/105'],
    unseen: [],
  },
  {
    situation: 'a pool that nobody is let into',
    permissions: everywhere(BASE),
    acl: ['/pool/JD'],
    unseen: ['pools Pool.Audit /pool/JD'],
  },
  {
    situation: 'the SDN without SDN.Audit, but for a zone that may be written',
    permissions: {
      ...everywhere(without('SDN.Audit')),
      '/sdn/zones': without('SDN.Audit'),
      '/sdn/zones/ludus': { 'SDN.Allocate': true },
    },
    acl: ['/sdn/zones/ludus'],
    unseen: [
      'sdn SDN.Audit /sdn/zones',
      'zone reports SDN.Audit /sdn/zones',
      'sdn SDN.Audit /sdn/controllers',
      'sdn SDN.Audit /sdn/fabrics',
    ],
  },
  {
    situation: 'what nodes say of a zone that may be written and not be audited',
    permissions: {
      ...everywhere(BASE),
      '/sdn/zones': BASE,
      '/sdn/zones/ludus': { 'SDN.Allocate': true, 'SDN.Use': true },
    },
    acl: ['/sdn/zones/ludus'],
    unseen: ['zone reports SDN.Audit /sdn/zones/ludus'],
  },
  {
    situation: 'a zone and a VNet of another one that entries hide',
    permissions: { ...everywhere(BASE), '/sdn/zones': BASE, '/sdn/zones/open': BASE },
    acl: ['/sdn/zones/theirs', '/sdn/zones/open/vnet1'],
    unseen: [
      'sdn SDN.Audit /sdn/zones/open/vnet1',
      'sdn SDN.Audit /sdn/zones/theirs',
      'zone reports SDN.Audit /sdn/zones/theirs',
    ],
  },
  {
    situation: 'a bridge that an entry hides, which is no VNet',
    permissions: { ...everywhere(BASE), '/sdn/zones': BASE, '/sdn/zones/localnetwork': BASE },
    acl: ['/sdn/zones/localnetwork/vmbr7'],
    unseen: ['bridges SDN.Audit /sdn/zones/localnetwork/vmbr7'],
  },
  {
    situation: 'a storage that an entry hides',
    permissions: everywhere(BASE),
    acl: ['/storage/fast'],
    unseen: ['storages Datastore.Audit /storage/fast'],
  },
  {
    situation: 'what entries hide where they can not all be read',
    permissions: { ...everywhere(BASE), '/access': { 'User.Modify': true } },
    acl: ['/access'],
    unseen: ['rights Sys.Audit /access'],
  },
  {
    situation: 'what a root hides, and what a path hides above one that is listed, where the entries can not be read',
    permissions: {
      '/': BASE,
      '/nodes': BASE,
      '/pool': BASE,
      '/sdn': BASE,
      '/storage': BASE,
      '/sdn/fabrics/mine': BASE,
    },
    unseen: ['guests VM.Audit /vms', 'sdn SDN.Audit /sdn/fabrics', 'rights Sys.Audit /access'],
  },
  {
    situation: 'everything from a token without any right',
    permissions: {},
    unseen: [
      'guests VM.Audit /vms',
      'pools Pool.Audit /pool',
      'storages Datastore.Audit /storage',
      'sdn SDN.Audit /sdn/zones',
      'zone reports SDN.Audit /sdn/zones',
      'sdn SDN.Audit /sdn/controllers',
      'sdn SDN.Audit /sdn/fabrics',
      'bridges SDN.Audit /sdn/zones/localnetwork',
      'rights Sys.Audit /access',
    ],
  },
]

describe('what the rights of a token hide', () => {
  for (const { situation, permissions, acl = [], unseen } of rows)
    it(`is ${situation}`, () => {
      const told = unseenBy(permissions, acl)
      expect(told.map(({ what, right, path }) => `${what} ${right} ${path}`)).to.deep.equal(unseen)
    })
})
