import type { Told } from '../../model/doctor-looks.ts'
import { ProxmoxError } from '../../model/proxmox-error.ts'

/**
 * What a look came to, within so many milliseconds of real time: one that hangs is let go of, and never throws.
 *
 * @param signal of the command: once it aborts nothing is waited for any more
 */
export async function within<T>(
  limit: number,
  signal: AbortSignal,
  look: (signal: AbortSignal) => Promise<T>,
): Promise<Told<T>> {
  const stop = new AbortController()
  const either = AbortSignal.any([signal, stop.signal])
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<Told<T>>((resolve) => {
    timer = setTimeout(() => resolve(untold(`no answer within ${limit / 1000} s`)), limit)
    if (either.aborted) resolve(untold('it was stopped'))
    either.addEventListener('abort', () => resolve(untold('it was stopped')), { once: true })
  })
  try {
    return await Promise.race([told(() => look(either)), late])
  } finally {
    clearTimeout(timer)
    stop.abort(new Error('no longer waited for'))
  }
}

async function told<T>(look: () => Promise<T>): Promise<Told<T>> {
  try {
    return { kind: 'told', value: await look() }
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error)
    return { kind: 'untold', why, error: error instanceof ProxmoxError ? error.kind : 'other' }
  }
}

const untold = (why: string): Told<never> => ({ kind: 'untold', why, error: 'other' })
