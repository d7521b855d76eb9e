import { expect } from 'chai'
import fc from 'fast-check'
import { clusterFrom } from '../../adapters/simulator/cluster-from.ts'
import { commitSdn, writeSdn } from '../../adapters/simulator/sdn-state.ts'
import type { Guest, World } from '../../adapters/simulator/world.ts'

import { type Lab, openLab } from './lab.ts'
import { rangeText } from './ranges.ts'
import { hide, mayUse, show } from './rights.ts'

const JD = rangeText([{ name: 'a', vlan: 10, octet: 1, targetNode: 'pve1' }])
const ABSENT = `${JD}ludus_extensions: { lanista: { state: absent } }\n`
const AUDITS = [
  'VM.Audit',
  'Pool.Audit',
  'SDN.Audit',
  'SDN.Allocate',
  'SDN.Use',
  'Datastore.Audit',
  'Sys.Audit',
] as const
const PATHS = [
  '/vms',
  '/vms/105',
  '/vms/321',
  '/pool',
  '/pool/JD',
  '/sdn/zones/theirs',
  '/sdn/zones',
  '/access',
] as const

/** From which of Lanista's requests on something is hidden, and for how many. */
interface Loss {
  readonly what: string
  readonly from: number
  readonly requests: number
}

const anyLoss: fc.Arbitrary<Loss> = fc.record({
  what: fc.constantFrom(...AUDITS, ...PATHS),
  from: fc.nat(150),
  requests: fc.integer({ min: 1, max: 200 }),
})

const take = (world: World, { what }: Loss): void =>
  what.startsWith('/') ? hide(world, what) : mayUse(world, what, false)
const give = (world: World, { what }: Loss): void =>
  what.startsWith('/') ? show(world, what) : mayUse(world, what, true)

/** A zone of somebody else's, and perhaps a VM of Ludus' making in the range's pool. */
function worldOf(isAdopted: boolean): World {
  const world = clusterFrom({
    templates: ['debian-11-x64-server-template', 'debian-12-x64-server-template'],
    guests: isAdopted ? [{ name: 'JD-a', vmid: 105, node: 'pve2', pool: 'JD', memory_mib: 1024 }] : [],
  })
  world.guests.get(105)?.config.set('net0', 'virtio=BC:24:11:00:00:08,bridge=r1,tag=10')
  writeSdn(world, 'zones', 'theirs', { type: 'simple' })
  commitSdn(world)
  return world
}

const nameOf = ({ config }: Guest): string => String(config.get('name') ?? '')
const isOn = ({ config }: Guest, vnet: string): boolean =>
  [...config].some(([key, value]) => /^net\d+$/.test(key) && String(value).split(',').includes(`bridge=${vnet}`))

/** What must never be done, judged by the whole world as each request is answered. */
function watch(lab: Lab): readonly string[] {
  const wrong: string[] = []
  const { world, journal } = lab.simulator
  journal.listen(({ method, path, status, params, user }, at) => {
    if (at !== 'answered' || status !== 200 || user?.startsWith('lanista') !== true) return
    if (method === 'POST' && path.endsWith('/clone')) {
      const twins = [...world.guests.values()].filter(
        (guest) => nameOf(guest) === params['name'] && guest.vmid !== Number(params['newid']),
      )
      if (twins.length > 0) wrong.push(`cloned ${String(params['name'])} beside VM ${twins[0]?.vmid}`)
    }
    const vnet = /^\/cluster\/sdn\/vnets\/(\w+)$/.exec(path)?.[1]
    if (method === 'DELETE' && vnet !== undefined) {
      const user = [...world.guests.values()].find((guest) => isOn(guest, vnet))
      if (user !== undefined) wrong.push(`deleted ${vnet} under VM ${user.vmid}`)
    }
    if (method === 'PUT' && path === '/cluster/sdn' && world.sdn.running.vnets.has('secret'))
      wrong.push('committed what somebody else had prepared')
    if (method === 'DELETE' && /\/qemu\/(105|321)$/.test(path)) wrong.push(`deleted ${path}`)
  })
  return wrong
}

/** Takes and gives back as Lanista's requests go by. */
function lose(lab: Lab, losses: readonly Loss[]): () => void {
  const { world, journal } = lab.simulator
  let count = 0
  const end = journal.listen(({ user }, at) => {
    if (at === 'answered' || user?.startsWith('lanista') !== true) return
    count += 1
    for (const loss of losses) {
      if (count === loss.from + 1) take(world, loss)
      if (count === loss.from + 1 + loss.requests) give(world, loss)
    }
  })
  return () => {
    end()
    for (const loss of losses) give(world, loss)
  }
}

describe('whatever right is taken from the token, and whenever', () => {
  it('no VM is made twice, no network goes under a NIC, nobody else is harmed, and it ends well once all is given back', () =>
    fc.assert(
      fc.asyncProperty(
        fc.array(anyLoss, { minLength: 1, maxLength: 3 }),
        fc.array(anyLoss, { maxLength: 3 }),
        fc.boolean(),
        fc.boolean(),
        async (atFirst, later, isPending, isAdopted) => {
          const world = worldOf(isAdopted)
          if (isPending) writeSdn(world, 'vnets', 'secret', { zone: 'theirs', type: 'vnet' })
          const lab = await openLab({ world })
          try {
            const wrong = watch(lab)
            const giveBack = lose(lab, atFirst)
            await lab.drop('JD.yml', JD)
            await lab.sleep(120_000)
            giveBack()
            writeSdn(world, 'vnets', 'secret', undefined)
            await lab.until(() => lab.ready('JD'))

            // Somebody puts a machine of theirs on the range's network.
            const a = [...world.guests.values()].find((guest) => nameOf(guest) === 'JD-a')!
            world.guests.set(321, { ...a, vmid: 321, config: new Map(a.config).set('name', 'theirs') })
            world.guests.get(321)!.config.set('net0', 'virtio=BC:24:11:00:00:09,bridge=r1')
            world.guests.get(321)!.config.delete('tags')
            const giveLaterBack = lose(lab, later)
            await lab.drop('JD.yml', ABSENT)
            await lab.sleep(120_000)
            giveLaterBack()
            const ready = () => lab.controller.board.get('JD')?.conditions.at(-1)
            await lab.until(() => ready()?.reason === (isAdopted ? 'RemovalWaits' : 'NetworkInUse'))
            expect(ready()?.message).to.include(isAdopted ? 'JD-a (VMID 105)' : 'net0 of theirs (VMID 321)')
            expect(wrong).to.deep.equal([])
          } finally {
            await lab.close()
          }
        },
      ),
      { numRuns: 30 },
    )).timeout(120_000)
})
