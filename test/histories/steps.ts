import fc from 'fast-check'
import { REQUESTS, type RequestName } from './requests.ts'

/** The ranges of histories; `LM` is what one of the others may be renamed to. */
export const RANGES = ['JD', 'KT', 'LM'] as const
export type RangeId = (typeof RANGES)[number]

const only = <const T extends readonly [string, ...string[]]>(...values: T): fc.Arbitrary<T[number]> =>
  fc.constantFrom(...values)
const step = <const K extends string, T>(
  kind: K,
  fields: { [F in keyof T]: fc.Arbitrary<T[F]> },
): fc.Arbitrary<{ readonly kind: K } & T> => fc.record(fields).map((rest) => ({ kind, ...rest }))

/** Mostly the range that every history begins with. */
const range: fc.Arbitrary<RangeId> = fc.oneof({ weight: 3, arbitrary: only('JD') }, only('KT'))
const node = only('pve1', 'pve2', 'pve3')
/** `router` stands for the range's router. */
const vm = fc.oneof({ weight: 3, arbitrary: only('a') }, only('b', 'router'))
const drift = only('correct', 'report')

const entry = {
  vm: only('a', 'b', 'b'),
  vlan: fc.constantFrom(10, 20),
  ram: fc.constantFrom(1, 2),
  cpus: fc.constantFrom(1, 2),
  node: fc.option(node, { nil: undefined }),
}

/** An author writes an entry for a VM. */
export const writing = step('write vm', { range, ...entry })

/** The same in the range that does not exist yet, so that networks have to be made. */
export const founding = step('write vm', { range: only('KT'), ...entry })

/** An author does something to a whole file. */
const filing = step('file', {
  range,
  becomes: only('broken', 'mended', 'removed', 'suspended', 'resumed', 'absent', 'present'),
})

/** An author wants the range left alone, or says nothing valid of it. */
export const silencing = step('file', { range: only('JD'), becomes: only('suspended', 'broken', 'removed') })

/** An author wants the range gone. */
export const condemning = step('file', { range: only('JD'), becomes: only('absent') })

const edits = fc.oneof(
  { weight: 3, arbitrary: writing },
  step('take vm out', { range, vm: only('a', 'b') }),
  { weight: 3, arbitrary: filing },
  step('power', { range, power: only('on', 'off', 'keep') }),
  step('drift', { range, networks: drift, hardware: drift }),
)

/** A person works on one VM in Proxmox. */
const handiwork = step('person', {
  range,
  vm,
  does: only(
    'rename',
    'take out of its pool',
    'untag',
    'stop',
    'start',
    'reboot',
    'delete',
    'move a NIC',
    'change the hardware',
    'migrate',
    'lock',
    'protect',
  ),
})

/** A person does what a controller would set right. */
export const provoking = step('person', { range: only('JD'), vm, does: only('stop', 'delete', 'move a NIC') })

/** A person makes a VM such that nothing may end it. */
export const keeping = step('person', {
  range: only('JD'),
  vm,
  does: only('rename', 'take out of its pool', 'untag', 'protect'),
})

/** A person works on the networks. */
const networking = step('network', {
  range,
  does: only(
    'delete its VNet',
    'delete its VNet and apply',
    'retag its VNet',
    'rename its VNet',
    'make a VNet',
    'apply',
    'roll back',
    'take the lock',
    'release the lock',
    'stage interfaces',
  ),
})

/** A person is at work on networks, so that an apply has to wait or must bring nothing of it into force. */
export const obstructing = step('network', {
  range: only('JD'),
  does: only(
    'make a VNet',
    'stage interfaces',
    'stage interfaces',
    'take the lock',
    'retag its VNet',
    'delete its VNet',
  ),
})

/** A person makes a VM of their own. */
export const settling = step('stranger', {
  range,
  vm: only('a', 'b'),
  takes: only('its name', 'its VMID', 'a place in its pool'),
})

const isRequest = (name: string): name is RequestName => name in REQUESTS
const names = Object.keys(REQUESTS).filter(isRequest)
const isWrite = (name: RequestName): boolean => REQUESTS[name].method !== 'GET'
/** Mostly a write. */
export const request = fc.oneof(
  { weight: 3, arbitrary: fc.constantFrom(...names.filter(isWrite)) },
  fc.constantFrom(...names),
)

/** Something goes wrong with a request. */
export const fault = step('fault', {
  request,
  times: fc.constantFrom(1, 1, 3),
  how: only(
    'cut before',
    'cut after',
    'hangs before',
    'hangs after',
    '596 after',
    '595 before',
    '500 before',
    'lock timeout',
    'no worker',
  ),
})

/** A write is carried out, or not, and nobody hears. */
export const losing = step('fault', {
  request: only('clone', 'clone', 'configuration', 'start', 'pool', 'vnet', 'lock', 'apply', 'deletion'),
  times: fc.constant(1),
  how: only('cut before', 'cut after', 'hangs after', '596 after'),
})

const troubles = fc.oneof(
  { weight: 3, arbitrary: fault },
  step('task fails', {
    task: only('qmclone', 'qmstart', 'qmshutdown', 'qmdestroy', 'reloadnetworkall'),
    at: only('before', 'after'),
  }),
  step('reload fails', { node }),
  step('node', { node, becomes: only('off', 'on') }),
  step('quorum', { becomes: only('lost', 'back') }),
)

const lives = fc.oneof(
  step('restart', { how: only('stopped', 'killed', 'killed, and its state deleted') }),
  step('clock', { minutes: fc.constantFrom(-1440, -60, -1, 1, 60, 1440) }),
)

/** Anything that may happen. */
export const anyStep = fc.oneof(
  { weight: 5, arbitrary: edits },
  { weight: 5, arbitrary: handiwork },
  { weight: 3, arbitrary: fc.oneof({ weight: 3, arbitrary: networking }, settling) },
  { weight: 3, arbitrary: troubles },
  { weight: 2, arbitrary: lives },
)
export type Step = typeof anyStep extends fc.Arbitrary<infer S> ? S : never
