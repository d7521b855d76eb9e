import { parameterError } from '../api-error.ts'
import type { Call } from '../route.ts'

/** Throws a 400 when anybody but root with a ticket uses one of these parameters: not even root's tokens may. */
export const refuseRootOnly = ({ params, user }: Call, names: readonly string[]): void => {
  if (user === 'root@pam') return
  for (const name of names) {
    const value = params[name]
    if (value !== undefined && value !== '' && value !== '0')
      throw parameterError({ [name]: 'Only root may use this option.' })
  }
}
