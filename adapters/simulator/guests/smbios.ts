import type { ConfigValue } from '../world.ts'

/** Reads `uuid=...,serial=...` into its keys. */
export const readSmbios = (value: ConfigValue | undefined): Readonly<Record<string, string>> =>
  Object.fromEntries(
    String(value ?? '')
      .split(',')
      .flatMap((part) => {
        const [, key, text] = /^([^=]+)=(.*)$/.exec(part) ?? []
        return key === undefined || text === undefined ? [] : [[key, text] as const]
      }),
  )

/** Writes them, sorted. */
export const printSmbios = (keys: Readonly<Record<string, string>>): string =>
  Object.keys(keys)
    .toSorted()
    .map((key) => `${key}=${keys[key]}`)
    .join(',')
