import { z } from 'zod'

/** What becomes of reading a text of the configuration that may hold a secret. */
type SecretRead =
  | { readonly kind: 'usable' }
  | { readonly kind: 'unusable'; readonly finding: string; readonly remedy: string }

/** A text that may hold a secret: what is wrong with it is told without it. */
export const secretText = (read: (text: string) => SecretRead) =>
  z.string().check((context) => {
    const result = read(context.value)
    if (result.kind === 'usable') return
    context.issues.push({
      code: 'custom',
      input: undefined,
      message: `is unusable: ${result.finding}; ${result.remedy}`,
    })
  })
