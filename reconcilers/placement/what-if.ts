import type { Capacity } from './capacity.ts'
import { type DecisionInput, decide, type Verdict } from './decide.ts'
import { gib, type Unfit } from './node-filters.ts'
import type { Site } from './site.ts'
import { NO_WISHES } from './wishes.ts'

/**
 * Single changes after which a decision would be another, as sentences. Each is found by deciding again with the change
 * made, so that nothing is claimed that would not come true.
 *
 * @param unpromised what would be left if nothing were promised
 */
export function whatWouldChange(input: DecisionInput, unpromised: Capacity): readonly string[] {
  const decision = decide(input)
  const winner = nodeOf(input)
  const losers = decision.verdicts.filter(({ room }) => room.node.name !== winner)
  const best = decision.verdicts.find(({ room }) => room.node.name === winner)
  const isFree = decision.rule === 'auto-select' || decision.rule === 'proxmox_node'
  return [
    ...(isFree
      ? losers.flatMap((verdict) => changeOf(verdict, best, input))
      : [without('target_node', untargeted(input), winner)]),
    without('headroom', withoutHeadroom(input), winner),
    without('its wishes', { ...input, request: { ...input.request, wishes: NO_WISHES }, companions: [] }, winner),
    without('what is promised on the nodes', { ...input, capacity: unpromised }, winner),
  ].flatMap((sentence) => sentence ?? [])
}

/** Where the VM goes; undefined when it is refused. */
function nodeOf(input: DecisionInput): string | undefined {
  const { outcome } = decide(input)
  return outcome.kind === 'placed' && !outcome.overdrawn ? outcome.node : undefined
}

function without(what: string, changed: DecisionInput, winner: string | undefined): string | undefined {
  const node = nodeOf(changed)
  return node === undefined || node === winner ? undefined : `${node} would win without ${what}`
}

const untargeted = (input: DecisionInput): DecisionInput => ({
  ...input,
  request: { ...input.request, rangeTargetNode: undefined, vm: { ...input.request.vm, targetNode: undefined } },
})

const withoutHeadroom = (input: DecisionInput): DecisionInput => ({
  ...input,
  settings: { ...input.settings, placement: { ...input.settings.placement, memoryHeadroomPercent: 0 } },
})

/** What would make this node win: more memory, or that the filter which leaves it out is gone. */
function changeOf(verdict: Verdict, best: Verdict | undefined, input: DecisionInput): readonly string[] {
  const { unfit } = verdict.fit
  const { name } = verdict.room.node
  if (unfit === undefined || unfit.filter === 'memory') return moreMemory(verdict, best, input)
  const lifted = lift(unfit, name, input)
  return lifted !== undefined && nodeOf(lifted.input) === name ? [`${name} would win if ${lifted.words}`] : []
}

const STEP = 1024 ** 3 / 10

function moreMemory(
  { room, cpu, memory, fit: { unfit } }: Verdict,
  best: Verdict | undefined,
  input: DecisionInput,
): readonly string[] {
  const { weights } = input.settings.placement
  const { name, memoryBytes } = room.node
  const toFit = unfit?.filter === 'memory' ? unfit.neededBytes + unfit.headroomBytes - unfit.freeBytes : 0
  const toWin =
    best?.fit.unfit === undefined && best !== undefined && weights.memory > 0
      ? ((best.score - weights.cpu * cpu) / weights.memory - memory) * memoryBytes
      : 0
  // Told in tenths of a GiB; one more decides between equals where the name would not.
  const steps = Math.max(1, Math.ceil(Math.max(toFit, toWin) / STEP - 1e-6))
  for (const more of [steps * STEP, (steps + 1) * STEP]) {
    if (room.freeMemoryBytes + more > memoryBytes) return []
    if (nodeOf({ ...input, capacity: withMemory(input.capacity, name, more) }) === name)
      return [`${name} would win with ${gib(more)} GiB more free`]
  }
  return []
}

const withMemory = (capacity: Capacity, node: string, bytes: number): Capacity => ({
  ...capacity,
  rooms: capacity.rooms.map((room) =>
    room.node.name === node ? { ...room, freeMemoryBytes: room.freeMemoryBytes + bytes } : room,
  ),
})

/** The same decision with one node's obstacle out of the way. */
function lift(
  unfit: Unfit,
  name: string,
  input: DecisionInput,
): { readonly input: DecisionInput; readonly words: string } | undefined {
  const { capacity, site, request } = input
  const roomsWith = (traits: { online?: boolean; maintenance?: boolean; cores?: number }): DecisionInput => ({
    ...input,
    capacity: {
      ...capacity,
      rooms: capacity.rooms.map((room) =>
        room.node.name === name ? { ...room, node: { ...room.node, ...traits } } : room,
      ),
    },
  })
  const siteWith = (own: Partial<Site>): DecisionInput => ({ ...input, site: { ...site, ...own } })
  switch (unfit.filter) {
    case 'online':
      return { input: roomsWith({ online: true }), words: 'it were online' }
    case 'maintenance':
      return { input: roomsWith({ maintenance: false }), words: 'it left maintenance' }
    case 'zone': {
      const unreached = new Map([...request.unreached].filter(([node]) => node !== name))
      return { input: { ...input, request: { ...request, unreached } }, words: 'the zone reached it' }
    }
    case 'template': {
      const template = { vmid: 0, node: name }
      const templateFor: Site['templateFor'] = (wanted, node) =>
        node === name ? { kind: 'reachable', template } : site.templateFor(wanted, node)
      return { input: siteWith({ templateFor }), words: `it reached template ${unfit.template}` }
    }
    case 'space': {
      const space = new Map(
        [...capacity.space].map(([key, bytes]) => [
          key,
          key.endsWith(`/${unfit.storage}`) ? bytes + unfit.neededBytes : bytes,
        ]),
      )
      const words = `storage ${unfit.storage} had ${gib(unfit.neededBytes - unfit.freeBytes)} GiB more space`
      return { input: { ...input, capacity: { ...capacity, space } }, words }
    }
    case 'cores':
      return { input: roomsWith({ cores: unfit.needed }), words: `it had ${unfit.needed} cores` }
    case 'storage':
    case 'not shared':
    case 'wish':
    case 'memory':
      return undefined
  }
}
