import { printable } from '../../model/printable.ts'

/** One field of a thing, as a person reads it. */
export type Field = readonly [key: string, value: string]

/** One thing, as it is in Proxmox and as the range file asks for it; undefined where it is not there, or not asked for. */
export interface Section {
  /** Such as `vm JD-DC01`. */
  readonly title: string
  readonly has: readonly Field[] | undefined
  readonly asks: readonly Field[] | undefined
}

/** Fields of which each has one value where it is and one where it is asked for; an undefined one is not there. */
export type Pair = readonly [key: string, has: string | undefined, asks: string | undefined]

/** A section of something that is there and is asked for. */
export const sectionOf = (title: string, pairs: readonly Pair[]): Section => ({
  title,
  has: pairs.flatMap(([key, has]): readonly Field[] => (has === undefined ? [] : [[key, has]])),
  asks: pairs.flatMap(([key, , asks]): readonly Field[] => (asks === undefined ? [] : [[key, asks]])),
})

/** Longer than any field that a person compares. */
const LONGEST = 400

const textOf = (title: string, fields: readonly Field[] | undefined): string =>
  fields === undefined
    ? ''
    : [
        `${printable(title, LONGEST)}:`,
        ...fields.map(([key, value]) => `  ${printable(key)}: ${printable(value, LONGEST)}`),
        '',
      ].join('\n')

/** Two texts with a line for each field, those of each thing together: what differs in them differs in the things. */
export const textsOf = (sections: readonly Section[]): { readonly has: string; readonly asks: string } => ({
  has: sections.map(({ title, has }) => textOf(title, has)).join(''),
  asks: sections.map(({ title, asks }) => textOf(title, asks)).join(''),
})
