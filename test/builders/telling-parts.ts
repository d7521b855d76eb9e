import type { EventStore } from '../../model/event-store.ts'
import type { SuspendOrder, SuspendOrderStore } from '../../model/suspend-order.ts'
import { LogLines } from '../../controllers/telling/log-lines.ts'
import type { TellingParts } from '../../controllers/telling/telling-parts.ts'

/** What people are told of, kept nowhere. */
export const tellingParts = (parts: Partial<TellingParts> = {}): TellingParts => ({
  eventStore: noEvents,
  mask: { load: () => Promise.resolve(), of: (digest) => digest },
  version: 'test',
  silence: () => undefined,
  git: undefined,
  hosts: () => [],
  logLines: new LogLines(),
  approvals: { asked: () => Promise.resolve(undefined), approve: () => Promise.resolve() },
  commits: undefined,
  ...parts,
})

const noEvents: EventStore = {
  read: () => Promise.resolve({ events: [], lines: 0 }),
  append: () => Promise.resolve(),
  replace: () => Promise.resolve(),
}

/** Orders to leave ranges alone, kept in memory. */
export function suspendOrdersInMemory(): SuspendOrderStore {
  const orders = new Map<string, SuspendOrder>()
  return {
    read: (rangeId) => Promise.resolve(orders.get(rangeId)),
    write: (order) => Promise.resolve(void orders.set(order.rangeId, order)),
    clear: (rangeId) => Promise.resolve(void orders.delete(rangeId)),
  }
}
