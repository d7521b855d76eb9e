/** A part of a text that is there whole, or not at all. */
export interface Part {
  /** What it is, to be counted where it is left out. */
  readonly kind: 'range' | 'lines'
  /** It ends its last line itself where something has to follow after a blank one. */
  readonly text: string
}

/** For the line that says what is left out. */
const ROOM_TO_SAY = 200

/** As many parts as there is room for, in their order, and a line that says what of them is left out. */
export function fittingParts(head: string, parts: readonly Part[], most: number): string {
  const whole = [head, ...parts.map(({ text }) => text)].join('\n')
  if (whole.length <= most) return whole
  let length = head.length
  let fitting = 0
  for (const { text } of parts) {
    length += text.length + 1
    if (length > most - ROOM_TO_SAY) break
    fitting += 1
  }
  const left = parts.slice(fitting)
  const ranges = left.filter(({ kind }) => kind === 'range').length
  const lines = left.length - ranges
  const what = [
    ...(ranges === 0 ? [] : [`${ranges} ${ranges === 1 ? 'range' : 'ranges'}`]),
    ...(lines === 0 ? [] : [`${lines} ${lines === 1 ? 'line' : 'lines'} after them`]),
  ].join(' and ')
  const shown = parts.slice(0, fitting).map(({ text }) => text)
  return [
    head,
    ...shown,
    '',
    `**Left out, as a comment can't be longer: ${what}.** All of it is in the output of \`--format json\`.`,
  ].join('\n')
}
