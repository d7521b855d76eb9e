import { constants } from 'node:fs'
import { access, readdir } from 'node:fs/promises'
import { join } from 'node:path'
import type { OrdersUntold } from '../../model/destroy-order.ts'
import { printable } from '../../model/printable.ts'
import { causeInWords, errorCode } from '../error-code.ts'

/**
 * Why orders to destroy may have been given that a state directory does not tell: nobody has worked with it, or they can't
 * be read. Undefined when it tells all that were given to the Lanista that works with it. Never throws.
 */
export async function whyOrdersUntold(stateDir: string): Promise<OrdersUntold | undefined> {
  const where = `the state directory ${printable(stateDir, 4096)}`
  // Whoever has looked at a range has left its status.
  const names = await namesIn(stateDir)
  if ('error' in names) return unreadable(where, names.error)
  if (!names.some((name) => name === 'status' || name === 'destroy'))
    return { kind: 'unused', why: `no lanista run has worked with ${where}` }
  const orders = await namesIn(join(stateDir, 'destroy'))
  if ('error' in orders) return unreadable(`the orders in ${where}`, orders.error)
  for (const name of orders) {
    const hidden = await access(join(stateDir, 'destroy', name), constants.R_OK).catch((error: unknown) => error)
    if (hidden !== undefined) return unreadable(`the order ${printable(name)} in ${where}`, hidden)
  }
  return undefined
}

const unreadable = (what: string, error: unknown): OrdersUntold => ({
  kind: 'unreadable',
  why: `${what} can't be read (${causeInWords(error)})`,
})

async function namesIn(folder: string): Promise<readonly string[] | { readonly error: unknown }> {
  try {
    return await readdir(folder)
  } catch (error) {
    return errorCode(error) === 'ENOENT' ? [] : { error }
  }
}
