import type { Finding } from '../../model/condition.ts'

/** It is as it was before Lanista wrote to it. */
export const undoneFinding = (name: string, node: string): Finding => ({
  reason: 'BridgeUndone',
  message: `bridge ${name}: somebody took back what was staged for it on node ${node} before it was activated; it is written again`,
})

/** It went without Lanista. */
export const goneFinding = (name: string, node: string): Finding => ({
  reason: 'Progressing',
  message: `bridge ${name}: somebody removed it on node ${node} just before Lanista did; it is looked at again`,
})

/** The reload ended well, and it is not up all the same. */
export const downFinding = (name: string, node: string): Finding => ({
  reason: 'BridgeDown',
  message: `bridge ${name}: node ${node} has reloaded its network and does not have it up; look at it there: ifquery --check ${name}`,
})
