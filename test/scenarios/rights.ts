import type { World } from '../../adapters/simulator/world.ts'
import { predefinedRoles } from '../../adapters/simulator/roles.ts'

const USER = 'lanista@pve'
const ROLES = ['LanistaVM', 'LanistaSDN', 'LanistaNode'] as const

/** Takes a right from every role that the controller has, or gives it back to those that had it. */
export function mayUse({ access }: World, right: string, may: boolean): void {
  for (const id of ROLES) {
    const { special, privileges } = access.roles.get(id)!
    const has = may && predefinedRoles.get(id)!.privileges.has(right)
    const others = [...privileges].filter((each) => each !== right)
    access.roles.set(id, { special, privileges: new Set(has ? [...others, right] : others) })
  }
}

/** Hides what is at a path and below from the controller. */
export function hide({ access }: World, path: string): void {
  access.acl.push({ path, type: 'user', ugid: USER, roleid: 'NoAccess', propagate: true })
}

/** Takes `hide` back. */
export function show({ access }: World, path: string): void {
  access.acl = access.acl.filter((entry) => entry.path !== path || entry.roleid !== 'NoAccess')
}
