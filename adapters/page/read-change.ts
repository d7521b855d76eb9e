import type { FeedChange } from '../../model/api/feed-change.ts'
import { CONDITION_STATES, NETWORK_STATES, NODE_STATES, PHASES, RANGE_STATES, SIGNS, STANDINGS } from './states.ts'

/** What can be shown of a value; undefined where nothing can. */
type Reader = (value: unknown) => unknown

const text: Reader = (value) => (typeof value === 'string' ? value : undefined)
const number: Reader = (value) => (typeof value === 'number' && Number.isFinite(value) ? value : undefined)
const flag: Reader = (value) => (typeof value === 'boolean' ? value : undefined)
const exactly =
  (...words: readonly string[]): Reader =>
  (value) =>
    words.find((word) => word === value)
/** A word that this page has a sign for; another is of a later release, and shown as not known. */
const wordOf =
  (known: Readonly<Record<string, unknown>>, otherwise: string): Reader =>
  (value) =>
    typeof value === 'string' && Object.hasOwn(known, value) ? value : otherwise
/** What of a list can be shown; nothing where there is none. */
const listOf =
  (each: Reader): Reader =>
  (value) =>
    Array.isArray(value) ? value.map(each).filter((read) => read !== undefined) : []

/** An object that has these, and may have those; what else it has is left as it is. */
const object =
  (needed: Readonly<Record<string, Reader>>, possible: Readonly<Record<string, Reader>> = {}): Reader =>
  (value) => {
    if (typeof value !== 'object' || value === null || Array.isArray(value)) return undefined
    const read: Record<string, unknown> = { ...value }
    for (const [name, reader] of Object.entries(needed)) {
      const its = reader(read[name])
      if (its === undefined) return undefined
      read[name] = its
    }
    for (const [name, reader] of Object.entries(possible)) {
      const its = read[name] === undefined ? undefined : reader(read[name])
      if (its === undefined) delete read[name]
      else read[name] = its
    }
    return read
  }

const commit = object({ id: text, author: text, at: text, subject: text })
const revision = object({ digest: text }, { commit })
const network = object({ node: text, state: wordOf(NETWORK_STATES, 'pending'), message: text })
const change = object({ sign: wordOf(SIGNS, '?'), subject: text, text })
const vm = object(
  { name: text, range: text, role: text, phase: wordOf(PHASES, 'unknown'), since: text, why: text },
  {
    vmid: number,
    node: text,
    address: text,
    trouble: text,
    reason: text,
    remark: text,
    observed: object(
      {
        status: text,
        cores: number,
        memoryBytes: number,
        memoryUsedBytes: number,
        uptimeSeconds: number,
        tags: listOf(text),
      },
      { lock: text },
    ),
  },
)
const condition = object({
  type: text,
  status: wordOf(CONDITION_STATES, 'Unknown'),
  reason: text,
  message: text,
  lastTransitionTime: text,
})
const diagnostic = object({ file: text, finding: text, remedy: text }, { line: number, column: number })
const waitingRange = object(
  { name: text, vms: listOf(object({ vmid: number, name: text, node: text })) },
  { removedBy: text },
)

const VIEWS: Readonly<Record<string, Reader>> = {
  Range: object(
    {
      name: text,
      source: text,
      state: wordOf(RANGE_STATES, 'Unknown'),
      reason: text,
      message: text,
      since: text,
      conditions: listOf(condition),
      diagnostics: listOf(diagnostic),
      networks: listOf(network),
      vms: listOf(vm),
    },
    {
      number,
      network: text,
      revisions: object(
        { seen: revision },
        { actedOn: revision, reached: revision, held: object({ reason: text, message: text }) },
      ),
      suspended: object({ by: exactly('file', 'person'), reason: text }, { who: text, until: text, at: text }),
      work: object({ standing: wordOf(STANDINGS, 'waiting'), failures: number }, { error: text, nextTry: text }),
      plan: object({ at: text, changes: listOf(change) }),
    },
  ),
  Node: object(
    {
      name: text,
      state: wordOf(NODE_STATES, 'Silent'),
      since: text,
      cores: number,
      cpuLoad: number,
      memoryBytes: number,
      memoryUsedBytes: number,
      memoryPromisedBytes: number,
      uptimeSeconds: number,
      vms: listOf(
        object(
          { vmid: number, name: text, running: flag, memoryBytes: number, memoryUsedBytes: number },
          { range: text, why: text },
        ),
      ),
      storages: listOf(object({ name: text, shared: flag, active: flag, totalBytes: number, usedBytes: number })),
    },
    { address: text, reload: object({ at: text }, { failure: text }) },
  ),
  Network: object(
    { name: text, type: text, role: text, pending: text, nodes: listOf(network) },
    { range: text, zone: text, tag: number, message: text },
  ),
  Event: object(
    {
      id: number,
      type: text,
      reason: text,
      message: text,
      object: object({ kind: text, name: text }),
      count: number,
      firstTime: text,
      lastTime: text,
    },
    { range: text, by: text, revision: text },
  ),
  Controller: object(
    {
      version: text,
      findings: listOf(
        object({ severity: exactly('error', 'warning'), reason: text, message: text, nodes: listOf(text) }),
      ),
    },
    {
      notReady: text,
      cluster: object({ quorate: flag, seenAt: text }, { name: text, mode: text }),
      waiting: object({ key: text, why: listOf(text), ranges: listOf(waitingRange) }),
    },
  ),
}

const view: Reader = (value) => {
  if (typeof value !== 'object' || value === null || !('kind' in value)) return undefined
  const { kind } = value
  return typeof kind === 'string' && Object.hasOwn(VIEWS, kind) ? VIEWS[kind]?.(value) : undefined
}

const CHANGES: Readonly<Record<string, Reader>> = {
  reset: object({}),
  synced: object({}),
  is: object({ view }),
  gone: object({ kind: exactly(...Object.keys(VIEWS)), name: text }),
}

/**
 * What a message of the feed says, so far as this page can show it: none of it is taken at its word, as the Lanista that answers may be
 * another than the one that the page came from. Words of a later release become those for what is not known; what lacks something that
 * the page shows is left out, and so is what is of no kind that it knows.
 */
export function readChange(data: string): readonly FeedChange[] {
  try {
    const value: unknown = JSON.parse(data)
    if (typeof value !== 'object' || value === null || !('type' in value)) return []
    const { type } = value
    const read = typeof type === 'string' && Object.hasOwn(CHANGES, type) ? CHANGES[type]?.(value) : undefined
    // Everything of it that the page looks at has just been looked at.
    // oxlint-disable-next-line typescript/no-unsafe-type-assertion
    return read === undefined ? [] : [read as FeedChange]
  } catch {
    return []
  }
}
