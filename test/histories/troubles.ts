import type { Fault, RequestEffect } from '../../adapters/simulator/faults.ts'
import { type Ground, CONTROLLER } from './arena.ts'
import type { Chronicle } from './chronicle.ts'
import { REQUESTS } from './requests.ts'
import type { Step } from './steps.ts'

type FaultStep = Extract<Step, { kind: 'fault' }>
type Trouble = Extract<Step, { kind: 'fault' | 'task fails' | 'reload fails' | 'node' | 'quorum' }>

const answer = (status: number, message: string): RequestEffect => ({ kind: 'answer', status, message })

export const EFFECTS: Readonly<Record<FaultStep['how'], readonly ['before' | 'after', RequestEffect]>> = {
  'cut before': ['before', { kind: 'reset' }],
  'cut after': ['after', { kind: 'reset' }],
  'hangs before': ['before', { kind: 'hang' }],
  'hangs after': ['after', { kind: 'hang' }],
  '596 after': ['after', answer(596, 'Broken pipe')],
  '595 before': ['before', answer(595, 'No route to host')],
  '500 before': ['before', answer(500, 'the dog ate it')],
  'lock timeout': ['before', answer(500, "cfs-lock 'domain-sdn' error: got lock request timeout")],
  'no worker': ['before', answer(500, 'got no worker upid - start worker failed')],
}

/** Of these a lost answer, or a lost connection, can leave a lock whose token nobody knows. */
const ABOUT_THE_LOCK: ReadonlySet<FaultStep['request']> = new Set(['lock', 'unlock', 'apply'])

/** Brings about a trouble; returns what ends it. */
export async function trouble({ simulator, world }: Ground, chronicle: Chronicle, step: Trouble): Promise<() => void> {
  const arm = (fault: Fault): (() => void) => simulator.arm(fault).disarm
  switch (step.kind) {
    case 'fault': {
      const [at, effect] = EFFECTS[step.how]
      if (ABOUT_THE_LOCK.has(step.request)) chronicle.lockMayBeLost = true
      return arm({
        on: 'request',
        match: { ...REQUESTS[step.request], user: CONTROLLER },
        at,
        effect,
        times: step.times,
      })
    }
    case 'task fails':
      return arm({ on: 'task', type: step.task, at: step.at, error: 'the disk is full' })
    case 'reload fails':
      return arm({ on: 'reload', node: step.node, fails: true })
    case 'node':
      if (world.nodes.get(step.node)?.online !== (step.becomes === 'off')) return () => undefined
      chronicle.lockMayBeLost = true
      await (step.becomes === 'off' ? simulator.powerOff(step.node) : simulator.powerOn(step.node))
      return () => undefined
    case 'quorum':
      world.quorumOverride = step.becomes === 'lost' ? false : undefined
      return () => undefined
  }
}
