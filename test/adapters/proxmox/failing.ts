import { ProxmoxError } from '../../../model/proxmox-error.ts'

/** The ProxmoxError that a piece of work fails with; anything else, success included, fails the test. */
export const failing = async (work: Promise<unknown>): Promise<ProxmoxError> => {
  try {
    await work
  } catch (error) {
    if (error instanceof ProxmoxError) return error
    throw error
  }
  throw new Error('it succeeded')
}
