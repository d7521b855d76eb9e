import { createInterface } from 'node:readline/promises'

/** Puts questions to the person at the terminal; undefined where nobody is there. An answer that is broken off is empty. */
export function questioner(
  input: NodeJS.ReadableStream & { readonly isTTY?: boolean },
  output: NodeJS.WritableStream,
): ((question: string) => Promise<string>) | undefined {
  if (input.isTTY !== true) return undefined
  return async (question) => {
    const lines = createInterface({ input, output })
    const end = new AbortController()
    lines.once('close', () => end.abort())
    try {
      return await lines.question(question, { signal: end.signal }).catch(() => '')
    } finally {
      lines.close()
    }
  }
}
