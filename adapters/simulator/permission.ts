import { forbidden } from './api-error.ts'
import { normalizePath } from './acl-path.ts'
import { privilegesAt } from './privileges.ts'
import type { RawParameters } from './verify.ts'
import type { World } from './world.ts'

/**
 * What a route asks of its caller before anything else happens.
 *
 * - `all`: any authenticated user; the handler filters or checks by itself
 * - `world`: nobody needs to be known
 * - `perm`: every (or, with `any`, one) privilege at a path with `{parameter}` filled in. With `onlyWith` the check
 *   counts as failed when that parameter is absent.
 */
export type Permission =
  | { readonly kind: 'all' }
  | { readonly kind: 'world' }
  | {
      readonly kind: 'perm'
      readonly path: string
      readonly privileges: readonly string[]
      readonly any: boolean
      readonly onlyWith?: string
    }
  | { readonly kind: 'perm-modify'; readonly path: string }
  | { readonly kind: 'and' | 'or'; readonly of: readonly Permission[] }

export const anyUser: Permission = { kind: 'all' }
export const everybody: Permission = { kind: 'world' }

/** All these privileges at that path. */
export const perm = (path: string, ...privileges: readonly string[]): Permission => ({
  kind: 'perm',
  path,
  privileges,
  any: false,
})

/** One of these privileges at that path. */
export const permAny = (path: string, ...privileges: readonly string[]): Permission => ({
  kind: 'perm',
  path,
  privileges,
  any: true,
})

const refuse = (path: string, what: string): never => {
  throw forbidden(`${normalizePath(path) ?? ''}, ${what}`)
}

/** Throws 403 unless the user has all privileges at the path; names the first one missing. */
export const requireAll = (world: World, user: string, path: string, privileges: readonly string[]): void => {
  const held = privilegesAt(world, user, path)
  for (const privilege of privileges) if (!held.has(privilege)) refuse(path, privilege)
}

/** Throws 403 unless the user has one of the privileges at the path. */
export const requireAny = (world: World, user: string, path: string, privileges: readonly string[]): void => {
  const held = privilegesAt(world, user, path)
  if (!privileges.some((privilege) => held.has(privilege))) refuse(path, privileges.join('|'))
}

/** True where `requireAny` would pass. */
export const hasAny = (world: World, user: string, path: string, ...privileges: readonly string[]): boolean => {
  const held = privilegesAt(world, user, path)
  return privileges.some((privilege) => held.has(privilege))
}

/** Who may change rights at a path: besides Permissions.Modify, whoever may allocate what lies there. */
export const modifiersOf = (path: string): readonly string[] => {
  if (/^\/storage\/.+$/.test(path)) return ['Permissions.Modify', 'Datastore.Allocate']
  if (/^\/vms\/.+$/.test(path)) return ['Permissions.Modify', 'VM.Allocate']
  if (/^\/pool\/.+$/.test(path)) return ['Permissions.Modify', 'Pool.Allocate']
  return ['Permissions.Modify']
}

const filled = (template: string, parameters: RawParameters): string =>
  template.replaceAll(/\{([^}]+)\}/g, (_, name: string) => {
    const value = parameters[name]
    return typeof value === 'string' || typeof value === 'number' ? String(value) : ''
  })

const passes = (check: () => void): boolean => {
  try {
    check()
    return true
  } catch {
    return false
  }
}

/**
 * Checks a route's permission with the parameters as they came: Proxmox does this before it verifies them. Root by
 * ticket passes always; root's tokens are checked like everybody.
 */
export const checkPermission = (
  world: World,
  user: string,
  permission: Permission,
  parameters: RawParameters,
): void => {
  if (user === 'root@pam') return
  switch (permission.kind) {
    case 'all':
    case 'world': {
      return
    }
    case 'perm': {
      if (permission.onlyWith !== undefined && parameters[permission.onlyWith] === undefined) throw forbidden()
      const path = filled(permission.path, parameters)
      if (permission.any) requireAny(world, user, path, permission.privileges)
      else requireAll(world, user, path, permission.privileges)
      return
    }
    case 'perm-modify': {
      const path = filled(permission.path, parameters)
      if (path === '') requireAll(world, user, '/access', ['Permissions.Modify'])
      else requireAny(world, user, path, modifiersOf(path))
      return
    }
    case 'and': {
      for (const part of permission.of) checkPermission(world, user, part, parameters)
      return
    }
    case 'or': {
      if (!permission.of.some((part) => passes(() => checkPermission(world, user, part, parameters)))) throw forbidden()
      return
    }
  }
}
