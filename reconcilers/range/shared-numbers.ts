import type { SpecFinding } from '../../model/checked-file.ts'
import type { RangeSpec } from '../../model/range-spec.ts'

/** Where a range file fixes its range's number. */
export const NUMBER_PATH = ['ludus_extensions', 'lanista', 'range_number'] as const

/** Range numbers that several files of one folder fix: a finding for each of these files, in order. */
export function sharedNumbers(specs: readonly RangeSpec[]): ReadonlyMap<RangeSpec, SpecFinding> {
  const byNumber = new Map<number, RangeSpec[]>()
  for (const spec of specs)
    if (spec.number !== undefined) byNumber.set(spec.number, [...(byNumber.get(spec.number) ?? []), spec])
  const findings = new Map<RangeSpec, SpecFinding>()
  for (const [number, sharing] of byNumber)
    for (const spec of sharing.length > 1 ? sharing : []) {
      const others = sharing.filter((other) => other !== spec).map(({ source }) => source)
      const finding = `range_number ${number} is taken by ${others.join(', ')} as well`
      findings.set(spec, { severity: 'problem', path: NUMBER_PATH, finding, remedy: 'give each its own' })
    }
  return findings
}
