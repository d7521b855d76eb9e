import { z } from 'zod'
import type { GuestCounted, GuestsCounted } from '../../model/network-ports.ts'
import { isProxmoxError } from '../../model/proxmox-error.ts'
import type { Api } from './api.ts'
import { poolMembers } from './pool-members.ts'
import { nodeMachines, resources, type ResourceRow } from './schemas.ts'
import type { SeenBefore } from './seen-before.ts'
import type { Visibility } from './visibility.ts'
import { isVmidTaken } from './vmid-taken.ts'

/** What comes, goes or moves while it is counted looks hidden, and is not the next time. */
const COUNTS_AT_MOST = 2

/** Counts guests. */
export interface GuestCensus {
  /** Throws where a node that is there, or a pool, does not tell: then nothing is known. */
  take(known: readonly number[], signal: AbortSignal): Promise<GuestsCounted>
}

interface CensusDeps {
  readonly api: Pick<Api, 'read' | 'peek'>
  readonly visibility: Pick<Visibility, 'begin'>
  readonly before: Pick<SeenBefore, 'vmids' | 'pools'>
}

const wholeList = z.object({ data: nodeMachines })

const guestsIn = (rows: readonly ResourceRow[]): readonly GuestCounted[] =>
  rows.flatMap(({ type, vmid, node, name }) =>
    (type === 'qemu' || type === 'lxc') && vmid !== undefined ? [{ kind: type, vmid, node: node ?? '', name }] : [],
  )

/**
 * Counts the guests of a cluster by reads that are held against each other, as each list leaves out without a word what the token
 * may not see in that moment:
 *
 * - the rights before and after, which must show all
 * - the cluster's list, and each node's own
 * - the members of each pool, and all guests that were ever seen, which must be in those lists, or are no more by the VMID itself
 *
 * Four reads for the rights, one for the cluster, one a node, one a pool, and one for each guest that some know of and others don't.
 */
export function createGuestCensus({ api, visibility, before }: CensusDeps): GuestCensus {
  const membersOf = async (pool: string, signal: AbortSignal): Promise<readonly number[]> => {
    try {
      return await poolMembers(api, pool, signal)
    } catch (error) {
      if (!isProxmoxError(error, 'not-found')) throw error
      before.pools.delete(pool)
      return []
    }
  }

  const listOf = async (node: string, signal: AbortSignal): Promise<readonly number[]> => {
    const { data } = await api.peek('GET /nodes/{node}/qemu', { node }, {}, wholeList, signal)
    return data.map(({ vmid }) => vmid)
  }

  const stillThere = async (vmids: readonly number[], signal: AbortSignal): Promise<readonly number[]> => {
    const there: number[] = []
    for (const vmid of vmids) {
      if (await isVmidTaken(api, vmid, signal)) there.push(vmid)
      else before.vmids.delete(vmid)
    }
    return there
  }

  const count = async (signal: AbortSignal): Promise<GuestsCounted> => {
    const rightsAfter = await visibility.begin(signal, 'now')
    const rows = await api.read('GET /cluster/resources', {}, {}, resources, signal)
    const guests = guestsIn(rows)
    for (const { vmid } of guests) before.vmids.add(vmid)
    for (const { type, pool } of rows) if (type === 'pool' && pool !== undefined) before.pools.add(pool)
    const nodes = rows.flatMap(({ type, status, node }) =>
      type === 'node' && status !== 'offline' && node !== undefined ? [node] : [],
    )
    const [lists, members] = await Promise.all([
      Promise.all(nodes.map(async (node) => [node, new Set(await listOf(node, signal))] as const)),
      Promise.all([...before.pools].map((pool) => membersOf(pool, signal))),
    ])
    for (const vmid of [...members.flat(), ...lists.flatMap(([, vmids]) => [...vmids])]) before.vmids.add(vmid)
    const { unseen } = await rightsAfter()
    const listOn = new Map(lists)
    const agreed = new Set(
      guests.flatMap(({ kind, vmid, node }) => (kind === 'lxc' || (listOn.get(node)?.has(vmid) ?? true) ? [vmid] : [])),
    )
    const unlisted = await stillThere(
      [...before.vmids].filter((vmid) => !agreed.has(vmid)),
      signal,
    )
    return { guests: guests.filter(({ vmid }) => before.vmids.has(vmid)), nodes, unseen, unlisted }
  }

  return {
    async take(vmids, signal) {
      for (const vmid of vmids) before.vmids.add(vmid)
      let counted = await count(signal)
      for (let counts = 1; counts < COUNTS_AT_MOST && counted.unlisted.length > 0; counts += 1)
        counted = await count(signal)
      return counted
    },
  }
}
