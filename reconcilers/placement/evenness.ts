import type { Capacity, Room } from './capacity.ts'
import type { Request } from './node-filters.ts'

/** By how much the fullest node is fuller than it would be if everything were spread evenly over all nodes. */
export function unevenness(after: Capacity, before: Capacity, requests: readonly Request[]): number {
  let [used, total] = [0, 0]
  for (const { node, freeMemoryBytes } of before.rooms) {
    if (!node.online || node.maintenance) continue
    used += node.memoryBytes - freeMemoryBytes
    total += node.memoryBytes
  }
  for (const { demand } of requests) used += demand.memoryBytes
  return peakOf(after.rooms) - Math.max(total === 0 ? 0 : used / total, peakOf(before.rooms))
}

/** The fraction of its memory that is taken on the fullest node. */
export function peakOf(rooms: readonly Room[]): number {
  let peak = 0
  for (const { node, freeMemoryBytes } of rooms)
    if (node.online && node.memoryBytes > 0) peak = Math.max(peak, 1 - freeMemoryBytes / node.memoryBytes)
  return peak
}
