import { createInterface } from 'node:readline'

/**
 * Waits for Enter at the terminal; undefined where nobody is there. Resolves with true only for a line that is empty: a
 * terminal that is gone, or an input that ends, is no answer.
 */
export function enterKey(
  input: NodeJS.ReadableStream & { readonly isTTY?: boolean },
): ((signal: AbortSignal) => Promise<boolean>) | undefined {
  if (input.isTTY !== true) return undefined
  return (signal) =>
    new Promise((resolve) => {
      const lines = createInterface({ input })
      lines.on('line', (line) => {
        if (line.trim() !== '') return
        resolve(true)
        lines.close()
      })
      lines.once('close', () => resolve(false))
      signal.addEventListener('abort', () => lines.close(), { once: true })
    })
}
