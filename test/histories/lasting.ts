import { mkdir, rename, rm } from 'node:fs/promises'
import path from 'node:path'
import fc from 'fast-check'
import type { Guest } from '../../adapters/simulator/world.ts'
import { type Arena, CONTROLLER } from './arena.ts'
import { REQUESTS } from './requests.ts'
import { fault, request } from './steps.ts'
import { EFFECTS } from './troubles.ts'

/** Troubles that last until somebody ends them. */
export const lasting = fc.oneof(
  {
    weight: 3,
    arbitrary: fc.record({ kind: fc.constant('endless' as const), request, how: fault.map(({ how }) => how) }),
  },
  fc.record({
    kind: fc.constant('pool' as const),
    range: fc.constantFrom('JD' as const, 'KT' as const),
    does: fc.constantFrom('goes' as const, 'gets a nameless VM' as const, 'loses its comment' as const),
  }),
  fc.record({ kind: fc.constant('folder' as const), becomes: fc.constantFrom('gone' as const, 'back' as const) }),
  fc.record({ kind: fc.constant('file renamed' as const), range: fc.constantFrom('JD' as const, 'KT' as const) }),
  fc.record({ kind: fc.constant('template gone' as const) }),
)
export type Lasting = typeof lasting extends fc.Arbitrary<infer L> ? L : never

/** Brings one about; returns what ends it. */
export async function last(arena: Arena, trouble: Lasting): Promise<() => void> {
  const { simulator, world, folder } = arena
  const aside = `${folder}-aside`
  switch (trouble.kind) {
    case 'endless': {
      const [at, effect] = EFFECTS[trouble.how]
      const match = { ...REQUESTS[trouble.request], user: CONTROLLER }
      return simulator.arm({ on: 'request', match, at, effect, times: 100_000 }).disarm
    }
    case 'pool': {
      const pool = world.pools.get(trouble.range)
      if (pool === undefined) return () => undefined
      if (trouble.does === 'goes') world.pools.delete(trouble.range)
      else if (trouble.does === 'loses its comment') pool.comment = undefined
      else pool.vms.add(namelessIn(arena))
      return () => undefined
    }
    case 'folder':
      await (trouble.becomes === 'gone' ? rename(folder, aside) : rename(aside, folder)).catch(() => undefined)
      return () => undefined
    case 'file renamed':
      await rename(path.join(folder, `${trouble.range}.yml`), path.join(folder, 'MM.yml')).catch(() => undefined)
      return () => undefined
    case 'template gone': {
      const [vmid] = [...world.guests.values()].flatMap(({ vmid: its, config }) =>
        config.get('template') ? [its] : [],
      )
      if (vmid !== undefined) world.guests.delete(vmid)
      return () => undefined
    }
  }
}

function namelessIn({ world }: Arena): number {
  const vmid = 700 + world.guests.size
  const guest: Guest = {
    vmid,
    node: 'pve3',
    config: new Map<string, string | number>([['memory', '1024']]),
    pending: new Map(),
    snapshots: new Map(),
    running: undefined,
  }
  world.guests.set(vmid, guest)
  return vmid
}

/** A history can't write files into a folder that is gone. */
export async function folderIsThere({ folder }: Arena): Promise<void> {
  await mkdir(folder, { recursive: true })
}

/** What was put aside goes with the rest. */
export const forgetAside = ({ folder }: Arena): Promise<void> => rm(`${folder}-aside`, { recursive: true, force: true })
