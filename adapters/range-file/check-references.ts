import type { Diagnostic } from '../../model/diagnostic.ts'
import { printable } from '../../model/printable.ts'
import { pathText } from '../yaml-file/path-text.ts'
import { MAX_DIAGNOSTICS } from '../yaml-file/syntax-diagnostics.ts'
import type { CheckedRange } from './checked-range.ts'

/** No node and no template has a longer name: both are names in DNS, to Proxmox. */
const LONGEST = 253

/**
 * Names of nodes and templates that can't be any: whether there is such a node only the cluster knows, but what acts on
 * a terminal in place of being shown, or has no end, is nobody's name, and must not get into messages and logs.
 */
export function impossibleReferences({ machines, targetNode, yaml }: CheckedRange): readonly Diagnostic[] {
  const references = [
    { path: ['defaults', 'target_node'], name: targetNode },
    ...machines.flatMap(({ path, vm }) => [
      { path: [...path, 'template'], name: vm.template },
      { path: [...path, 'target_node'], name: vm.targetNode },
    ]),
  ]
  return references
    .filter(({ name }) => name !== undefined && (name.length > LONGEST || printable(name, LONGEST) !== name))
    .slice(0, MAX_DIAGNOSTICS)
    .map(({ path, name = '' }) => {
      const fault = name.length > LONGEST ? `is longer than ${LONGEST} characters` : 'has a control character in it'
      const finding = `${pathText(path)} "${printable(name, 40)}" ${fault}`
      return yaml.diagnosticAt(yaml.place(path).node, finding, `change ${String(path.at(-1))}`)
    })
}
