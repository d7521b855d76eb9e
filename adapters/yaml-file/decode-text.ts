/** A file's bytes as text, or what is in the way. */
export type DecodedText =
  | { readonly kind: 'text'; readonly text: string }
  | { readonly kind: 'unreadable'; readonly finding: string; readonly remedy: string }

/** Reads bytes as UTF-8, with or without a byte order mark. Never guesses another encoding. */
export function decodeText(bytes: Uint8Array): DecodedText {
  const [first, second] = bytes
  if ((first === 0xff && second === 0xfe) || (first === 0xfe && second === 0xff))
    return { kind: 'unreadable', finding: 'the file is UTF-16', remedy: 'save it as UTF-8' }
  if (bytes.includes(0)) return { kind: 'unreadable', finding: 'the file is binary', remedy: 'save it as UTF-8 text' }
  try {
    return { kind: 'text', text: new TextDecoder('utf-8', { fatal: true }).decode(bytes) }
  } catch {
    return { kind: 'unreadable', finding: 'the file is not valid UTF-8', remedy: 'save it as UTF-8' }
  }
}
