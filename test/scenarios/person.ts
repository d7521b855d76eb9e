import { ask } from '../adapters/simulator/ask.ts'
import type { Simulator } from '../../adapters/simulator/start-simulator.ts'

/** What somebody else does in Proxmox meanwhile, as root, over the API. Resolves with the status and the first line. */
export const personIn =
  ({ url, token }: Simulator) =>
  async (
    method: 'POST' | 'PUT' | 'DELETE',
    path: string,
    params: Readonly<Record<string, string | number>> = {},
  ): Promise<{ readonly status: number; readonly reason: string }> => {
    const { status, reason } = await ask(url, token, method, path, params)
    return { status, reason }
  }
