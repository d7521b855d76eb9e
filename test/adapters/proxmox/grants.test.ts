import { expect } from 'chai'
import fc from 'fast-check'
import { z } from 'zod'
import { clusterFrom, controllerToken } from '../../../adapters/simulator/cluster-from.ts'
import { privilegesAt } from '../../../adapters/simulator/privileges.ts'
import { predefinedRoles } from '../../../adapters/simulator/roles.ts'
import type { AclEntry, World } from '../../../adapters/simulator/world.ts'
import { always } from '../../../model/permit.ts'
import { pveumIn, runPveum } from '../../builders/pveum.ts'
import { runs } from '../../runner/long-runs.ts'
import { startLab, type Lab } from '../simulator/lab.ts'
import { clientOf } from './client-of.ts'

const USER = 'lanista@pve'
const TOKEN = 'lanista@pve!lanista'
const PATHS = [
  '/',
  '/access',
  '/vms',
  '/vms/9000',
  '/vms/1010011',
  '/pool',
  '/pool/JD',
  '/storage/shared',
  '/nodes/pve1',
].concat(['/sdn', '/sdn/zones', '/sdn/zones/ludus', '/sdn/zones/ludus/r1', '/sdn/zones/localnetwork/vmbr0'])
const TEMPLATE = { vmid: 9000, node: 'pve1' }

describe('the lines that give a right which is missing', () => {
  let lab: Lab
  let client: ReturnType<typeof clientOf>
  afterEach(async () => {
    client.close()
    await lab.close()
  })
  const open = async (change: (world: World) => void = () => undefined): Promise<void> => {
    const world = clusterFrom({ templates: [{ name: 'debian-12-x64-server-template', vmid: 9000, node: 'pve1' }] })
    world.pools.set('JD', { poolid: 'JD', comment: undefined, vms: new Set(), storages: new Set() })
    change(world)
    lab = await startLab({ world })
    client = clientOf(lab.simulator, controllerToken(world) ?? '')
  }
  const lack =
    (role: string, ...rights: readonly string[]) =>
    (world: World): void => {
      const { roles } = world.access
      const privileges = new Set([...(roles.get(role)?.privileges ?? [])].filter((right) => !rights.includes(right)))
      roles.set(role, { special: false, privileges })
    }
  const clone = (vmid = 1_010_011) =>
    client.proxmox.machines.clone(
      { template: TEMPLATE, vmid, name: 'JD-a', pool: 'JD', description: '', target: 'pve1', full: undefined },
      always(new AbortController().signal),
    )
  const refused = async (act: () => Promise<unknown>): Promise<string> => {
    try {
      await act()
    } catch (error) {
      return z.object({ message: z.string() }).parse(error).message
    }
    throw new Error('it was not refused')
  }
  /** Everything that anybody may do, at all paths, as one list of texts. */
  const may = (world: World, who: readonly string[] = [USER, TOKEN, 'ann@pve']): ReadonlySet<string> =>
    new Set(
      who.flatMap((user) =>
        PATHS.flatMap((path) => [...privilegesAt(world, user, path).keys()].map((right) => `${user} ${path} ${right}`)),
      ),
    )

  for (const [situation, right] of [
    ['clone a template', 'VM.Clone'],
    ['make the VM, of which Proxmox tells neither right nor path', 'VM.Allocate'],
    ['put disks there', 'Datastore.AllocateSpace'],
  ] as const)
    it(`to ${situation} add it to the role there is, and take nothing away`, async () => {
      await open(lack('LanistaVM', right))
      const before = may(lab.world)
      const message = await refused(() => clone())
      expect(message).to.match(new RegExp(`lacks ${right.replace('.', '\\.')} on /`))
      expect(message).to.match(new RegExp(`grant it with: pveum role modify LanistaVM --append 1 --privs "${right}"$`))
      await runPveum(lab.simulator, pveumIn(message))
      await clone()
      expect([...may(lab.world)]).to.include.members([...before])
    })

  it("to clone make a role of its own where the one there is comes with Proxmox and can't be changed", async () => {
    await open(({ access }) => {
      access.acl = access.acl.map((line) => (line.roleid === 'LanistaVM' ? { ...line, roleid: 'PVEAuditor' } : line))
    })
    const message = await refused(() => clone())
    expect(message).not.to.contain('role modify PVEAuditor')
    await runPveum(lab.simulator, pveumIn(message))
    expect(lab.world.access.roles.get('PVEAuditor')?.privileges.has('VM.Clone')).to.equal(false)
  })

  it('to see the cluster work when not even that may be asked about rights', async () => {
    await open(lack('LanistaVM', 'Sys.Audit'))
    const message = await refused(() => client.proxmox.observe(new AbortController().signal))
    await runPveum(lab.simulator, pveumIn(message))
    await client.proxmox.observe(new AbortController().signal)
    expect(privilegesAt(lab.world, TOKEN, '/vms').has('VM.Clone')).to.equal(true)
  })

  it('to make VNets give it on the zone, as on /, where the role there is, every zone would be its own', async () => {
    await open(({ access }) => {
      access.acl = access.acl.filter(({ path }) => path !== '/sdn/zones/ludus')
    })
    const before = may(lab.world)
    const config = { zone: 'ludus', tag: 7, alias: '', vlanAware: true }
    const create = () => client.proxmox.sdn.createVnet('r7', config, undefined, always(new AbortController().signal))
    const message = await refused(create)
    expect(message).to.match(
      /--privs "[^"]*SDN.Allocate [^"]*VM.Clone[^"]*" && pveum acl modify \/sdn\/zones\/ludus --users/,
    )
    await runPveum(lab.simulator, pveumIn(message))
    expect([...may(lab.world)]).to.include.members([...before])
    expect(privilegesAt(lab.world, TOKEN, '/sdn/zones/other').has('SDN.Allocate')).to.equal(false)
    await create()
  })

  it('lift what forbids it to the user, and give what is missing even then', async () => {
    await open(({ access }) => {
      access.acl.push({ path: '/vms/9000', type: 'user', ugid: USER, roleid: 'NoAccess', propagate: true })
    })
    const before = may(lab.world)
    const message = await refused(() => clone())
    expect(message).to.match(
      /; NoAccess forbids it there; lift that with: pveum acl delete \/vms\/9000 --users 'lanista@pve' --roles NoAccess$/,
    )
    lack('LanistaVM', 'VM.Audit')(lab.world)
    await client.forget()
    const both = await refused(() => clone())
    expect(both).to.match(
      /; grant it with: pveum acl delete [^;&]* && pveum role modify LanistaVM --append 1 --privs "VM.Audit"$/,
    )
    await runPveum(lab.simulator, pveumIn(both))
    await clone()
    expect([...may(lab.world)]).to.include.members([...before])
  })

  it('add to the role that an earlier line made, and keep what that has', async () => {
    await open(({ access }) => {
      access.acl = access.acl.filter(({ path }) => path !== '/sdn/zones/ludus')
      access.roles.set('Lanista-SDNAllocate-sdn-zones-ludus', { special: false, privileges: new Set(['Pool.Audit']) })
      access.acl.push({
        path: '/pool/JD',
        type: 'user',
        ugid: 'ann@pve',
        roleid: 'Lanista-SDNAllocate-sdn-zones-ludus',
        propagate: true,
      })
    })
    const config = { zone: 'ludus', tag: 7, alias: '', vlanAware: true }
    const create = () => client.proxmox.sdn.createVnet('r7', config, undefined, always(new AbortController().signal))
    const message = await refused(create)
    expect(message).to.contain('pveum role modify Lanista-SDNAllocate-sdn-zones-ludus --append 1 ')
    await runPveum(lab.simulator, pveumIn(message))
    await create()
    expect(lab.world.access.roles.get('Lanista-SDNAllocate-sdn-zones-ludus')?.privileges.has('Pool.Audit')).to.equal(
      true,
    )
  })

  it('give it to nobody else who has the same role', async () => {
    await open((world) => {
      lack('LanistaVM', 'VM.Clone')(world)
      world.access.users.set('ann@pve', { ...world.access.users.get(USER)!, userid: 'ann@pve', tokens: new Map() })
      world.access.acl.push({ path: '/pool/JD', type: 'user', ugid: 'ann@pve', roleid: 'LanistaVM', propagate: true })
    })
    const [before, others] = [may(lab.world), may(lab.world, ['ann@pve'])]
    const message = await refused(() => clone())
    expect(message).to.match(/grant it with: pveum role add Lanista-VMClone-\S+ --privs /)
    await runPveum(lab.simulator, pveumIn(message))
    expect([...may(lab.world)]).to.include.members([...before])
    expect([...may(lab.world, ['ann@pve'])]).to.deep.equal([...others])
    await clone()
  })

  for (const [situation, roleid] of [
    ['where nothing was given', undefined],
    ['where a role of others was, which did not go down either', 'PVEAuditor'],
  ] as const)
    it(`give what the SDN as a whole needs on it alone, and not on every zone, ${situation}`, async () => {
      await open(({ access }) => {
        access.acl = access.acl.filter(({ path }) => path !== '/sdn')
        for (const [type, ugid] of [
          ['user', USER],
          ['token', TOKEN],
        ] as const)
          if (roleid !== undefined) access.acl.push({ path: '/sdn', type, ugid, roleid, propagate: false })
      })
      const before = may(lab.world)
      const lock = () => client.proxmox.sdn.lock(false, new AbortController().signal)
      const message = await refused(lock)
      expect(message).to.match(/lacks SDN\.Allocate on \/sdn .* --propagate 0/)
      await runPveum(lab.simulator, pveumIn(message))
      await lock()
      expect(privilegesAt(lab.world, TOKEN, '/sdn/zones/other').has('SDN.Allocate')).to.equal(false)
      expect([...may(lab.world)]).to.include.members([...before])
    })

  it('name the right alone when Proxmox tells nothing of rights', async () => {
    await open(lack('LanistaVM', 'VM.Clone'))
    lab.simulator.arm({
      on: 'request',
      at: 'before',
      match: { method: 'GET', path: /^\/access\// },
      effect: { kind: 'answer', status: 500, message: 'not now' },
      times: 100,
    })
    expect(await refused(() => clone())).to.match(
      /; add it to the role .*: pveum role modify ROLE --append 1 --privs "VM.Clone"$/,
    )
  })

  const anyRights = fc.subarray([...(predefinedRoles.get('LanistaVM')?.privileges ?? []), 'SDN.Allocate', 'Sys.Modify'])
  const anyLine = fc.record({
    path: fc.constantFrom(...PATHS),
    who: fc.constantFrom(
      { type: 'user' as const, ugid: USER },
      { type: 'token' as const, ugid: TOKEN },
      { type: 'group' as const, ugid: 'labs' },
      { type: 'user' as const, ugid: 'ann@pve' },
    ),
    roleid: fc.constantFrom('One', 'Two', 'PVEAuditor', 'LanistaVM', 'NoAccess'),
    propagate: fc.boolean(),
  })

  it('give it, and take nothing from anybody, whoever has which roles where', async () => {
    await open()
    const { access } = lab.world
    await fc.assert(
      fc.asyncProperty(
        fc.record({
          one: anyRights,
          two: anyRights,
          lines: fc.array(anyLine, { maxLength: 6 }),
          member: fc.boolean(),
          privsep: fc.boolean(),
          audits: fc.boolean(),
        }),
        fc.constantFrom('clone', 'pool', 'vnet', 'look'),
        async ({ one, two, lines, member, privsep, audits }, act) => {
          for (const role of access.roles.keys()) if (!predefinedRoles.has(role)) access.roles.delete(role)
          for (const [id, role] of predefinedRoles) access.roles.set(id, role)
          access.roles.set('One', { special: false, privileges: new Set(one) })
          access.roles.set('Two', { special: false, privileges: new Set(two) })
          access.users.set('ann@pve', { ...access.users.get(USER)!, userid: 'ann@pve', tokens: new Map() })
          access.groups.set('labs', new Set(member ? [USER, 'ann@pve'] : ['ann@pve']))
          const token = access.users.get(USER)!.tokens.get('lanista')!
          access.users.get(USER)!.tokens.set('lanista', { ...token, privsep })
          const audit: AclEntry = { path: '/access', type: 'user', ugid: USER, roleid: 'PVEAuditor', propagate: true }
          access.acl = [
            ...lines
              // What forbids everything is not seen where the list can't be read.
              .filter(({ roleid }) => audits || roleid !== 'NoAccess')
              .map(({ path, who, roleid, propagate }) => ({ path, ...who, roleid, propagate })),
            ...(audits ? [audit, { ...audit, type: 'token' as const, ugid: TOKEN }] : []),
          ]
          const { signal } = new AbortController()
          const acts = {
            clone: () => clone(1_010_012),
            pool: () => client.proxmox.pools.create('KL', '', always(signal)),
            vnet: () => client.proxmox.sdn.lock(false, signal),
            look: () => client.proxmox.observe(signal),
          }
          await client.forget()
          let message: string
          try {
            await acts[act]()
            return
          } catch (error) {
            message = z.object({ message: z.string() }).parse(error).message
          }
          const [, right, path] = /lacks ([A-Za-z.]+)\S* on (\S+)/.exec(message) ?? []
          if (right === undefined || path === undefined || !/(grant it|lift that) with/.test(message)) return
          // Nobody but the token is asked about when the list can't be read, and then a separate token's user is not known.
          const known = audits || !privsep
          // Where its user has rights by a group a line for the user takes their place, and nobody can know that there.
          const unharmed = member ? ['ann@pve'] : [TOKEN, 'ann@pve']
          const before = may(lab.world, known ? undefined : unharmed)
          const others = may(lab.world, ['ann@pve'])
          await runPveum(lab.simulator, pveumIn(message))
          expect([...may(lab.world)], message).to.include.members([...before])
          expect([...may(lab.world, ['ann@pve'])], `${message}: for others`).to.deep.equal([...others])
          expect(privilegesAt(lab.world, TOKEN, path).has(right), `${message}\n${JSON.stringify(access.acl)}`).to.equal(
            true,
          )
        },
      ),
      { numRuns: runs(300, 6) },
    )
  }).timeout(60_000)
})
