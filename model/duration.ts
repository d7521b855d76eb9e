import { z } from 'zod'

const MILLISECONDS: Readonly<Record<string, number>> = { ms: 1, s: 1000, m: 60_000, h: 3_600_000 }

/** `30s`, `500ms`, `5m`, `1h` as milliseconds. */
export const duration = (...examples: string[]) =>
  z
    .string()
    .regex(/^[0-9]+(ms|s|m|h)$/, 'must be a duration such as 500ms, 30s, 5m or 1h')
    // Those of a schema that changes its value are taken for the changed one, and left out of the JSON schema.
    .meta({ examples })
    .transform((text) => Number.parseInt(text, 10) * (MILLISECONDS[text.replace(/^[0-9]+/, '')] ?? 1000))

/** Milliseconds as they are written in the configuration, in the largest unit that fits: `5m`. */
export function durationText(milliseconds: number): string {
  const units = Object.entries(MILLISECONDS).reverse()
  const [unit, size] = units.find(([, each]) => milliseconds % each === 0) ?? ['ms', 1]
  return `${milliseconds / size}${unit}`
}
