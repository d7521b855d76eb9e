import { isProxmoxError } from '../../model/proxmox-error.ts'

/** Why it can't be told where a VM is, as the end of a sentence about it. */
export interface Untold {
  readonly untold: string
}

/** What a `VmFinder` answers. That it can't tell is the trouble of one pool, and not that of all others. */
export async function toldPlace<T>(answer: Promise<T>): Promise<T | Untold> {
  try {
    return await answer
  } catch (error) {
    if (!isProxmoxError(error) || error.kind === 'unauthorized') throw error
    return { untold: `it can't be told where its VM is: ${error.message}` }
  }
}

/** Whether it could not be told. */
export const isUntold = (answer: unknown): answer is Untold =>
  typeof answer === 'object' && answer !== null && 'untold' in answer
