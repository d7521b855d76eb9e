import { styleText } from 'node:util'

export type Style = 'bold' | 'dim' | 'red' | 'green' | 'yellow' | 'cyan'

/** Colours a text, or leaves it alone where colour isn't wanted. */
export type Paint = (style: Style, text: string) => string

/** Colour only for people: on a terminal, unless NO_COLOR is set (https://no-color.org). */
export function paintFor(stream: { readonly isTTY?: boolean }, environment: NodeJS.ProcessEnv): Paint {
  const wanted = stream.isTTY === true && (environment['NO_COLOR'] ?? '') === '' && environment['TERM'] !== 'dumb'
  return wanted ? (style, text) => styleText(style, text, { validateStream: false }) : (_style, text) => text
}
