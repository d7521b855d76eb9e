import type { Diagnostic } from '../../model/diagnostic.ts'
import { printable } from '../../model/printable.ts'
import type { RangeFile } from '../../model/range-file.ts'
import { pathText } from '../yaml-file/path-text.ts'
import { MAX_DIAGNOSTICS } from '../yaml-file/syntax-diagnostics.ts'
import type { YamlFile } from '../yaml-file/read-yaml.ts'
import { fillTemplate } from './fill-template.ts'

type Path = readonly PropertyKey[]

/** The fields of a VM or router that Lanista acts on, and which therefore must not hold open expressions. */
const NAME_KEYS = ['vm_name', 'hostname', 'template', 'target_node'] as const

/** The file with `{{ range_id }}` filled into every field that Lanista acts on, and the expressions it can't fill in. */
export function fillNames(
  file: RangeFile,
  rangeId: string,
  yaml: YamlFile,
): { readonly file: RangeFile; readonly diagnostics: readonly Diagnostic[] } {
  const diagnostics: Diagnostic[] = []
  const fill = (text: string, path: Path): string => {
    const filled = fillTemplate(text, rangeId)
    if (filled.kind === 'filled') return filled.text
    if (diagnostics.length >= MAX_DIAGNOSTICS) return text
    const finding = `${pathText(path)} has the template expression ${printable(filled.expression)}`
    const unquoted = { finding: `${pathText(path)} has a template expression`, remedy: filled.remedy }
    diagnostics.push(yaml.diagnosticAt(yaml.place(path).node, finding, filled.remedy, unquoted))
    return text
  }
  const fillKeys = <Entry extends Partial<Record<(typeof NAME_KEYS)[number], string | undefined>>>(
    entry: Entry,
    path: Path,
  ): Entry => {
    const present = NAME_KEYS.flatMap((key) => {
      const text = entry[key]
      return text === undefined ? [] : [[key, fill(text, [...path, key])] as const]
    })
    return { ...entry, ...Object.fromEntries(present) }
  }

  const ludus = file.ludus.map((entry, index) => {
    const path = ['ludus', index]
    const groups = entry.ansible_groups?.map((group, at) => fill(group, [...path, 'ansible_groups', at]))
    return { ...fillKeys(entry, path), ...(groups === undefined ? {} : { ansible_groups: groups }) }
  })
  const router = file.router === undefined ? {} : { router: fillKeys(file.router, ['router']) }
  const defaults = file.defaults === undefined ? {} : { defaults: fillKeys(file.defaults, ['defaults']) }
  return { file: { ...file, ludus, ...router, ...defaults, ...fillWishes(file, fill) }, diagnostics }
}

const PLACEMENT = ['ludus_extensions', 'lanista', 'placement'] as const
const LIST_KEYS = ['only_nodes', 'avoid_nodes', 'together_with', 'apart_from'] as const

/** The names in placement wishes. The keys of `vms` stay as they are, so that they can be found in the file. */
function fillWishes(file: RangeFile, fill: (text: string, path: Path) => string): Partial<RangeFile> {
  const placement = file.ludus_extensions?.lanista?.placement
  if (placement === undefined) return {}
  const fillLists = <Wishes extends Partial<Record<(typeof LIST_KEYS)[number], string[] | undefined>>>(
    wishes: Wishes,
    path: Path,
  ): Wishes => {
    const filled = LIST_KEYS.flatMap((key) => {
      const list = wishes[key]
      return list === undefined ? [] : [[key, list.map((text, at) => fill(text, [...path, key, at]))] as const]
    })
    return { ...wishes, ...Object.fromEntries(filled) }
  }
  const vms = Object.entries(placement.vms ?? {}).map(([key, wishes]) => {
    const path = [...PLACEMENT, 'vms', key]
    fill(key, path)
    return [key, fillLists(wishes, path)] as const
  })
  const filled = {
    ...fillLists(placement, PLACEMENT),
    ...(placement.vms === undefined ? {} : { vms: Object.fromEntries(vms) }),
  }
  return {
    ludus_extensions: { ...file.ludus_extensions, lanista: { ...file.ludus_extensions?.lanista, placement: filled } },
  }
}
