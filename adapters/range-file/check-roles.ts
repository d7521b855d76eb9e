import type { Diagnostic } from '../../model/diagnostic.ts'
import { nearest } from '../../model/nearest.ts'
import { printable } from '../../model/printable.ts'
import { MAX_DIAGNOSTICS } from '../yaml-file/syntax-diagnostics.ts'
import type { CheckedRange, Machine } from './checked-range.ts'
import { fillTemplate } from './fill-template.ts'
import { circlesOf } from './role-order.ts'

/** One entry of a role's `depends_on`. */
interface Dependency {
  readonly machine: Machine
  readonly role: string
  /** Where the entry stands. */
  readonly path: readonly PropertyKey[]
  /** The VM that must have the role first; undefined when its name is only known to Ansible. */
  readonly vmName: string | undefined
  readonly needed: string
}

/** Dependencies on VMs that the range doesn't have, on roles that VM doesn't have, and those that go round in circles. */
export function impossibleDependencies(range: CheckedRange): readonly Diagnostic[] {
  const dependencies = dependenciesOf(range)
  const rolesByName = new Map(range.machines.map(({ vm, roles }) => [vm.name, new Set(roles.map(nameOfRole))]))
  const known = ({ vmName, needed }: Dependency): boolean =>
    vmName === undefined || rolesByName.get(vmName)?.has(needed) === true
  // Looking for what was meant is dear, so no more of them than will be shown.
  const unknown = dependencies.filter((dependency) => !known(dependency)).slice(0, MAX_DIAGNOSTICS)
  const missing = unknown.map(({ vmName = '', needed, path }) => {
    const at = (key: string, finding: string, remedy: string): Diagnostic =>
      range.yaml.diagnosticAt(range.yaml.place([...path, key]).node, finding, remedy)
    const roles = rolesByName.get(vmName)
    return roles === undefined
      ? at('vm_name', `depends_on: no VM here is named ${printable(vmName)}`, meant(vmName, [...rolesByName.keys()]))
      : at('role', `depends_on: vm ${printable(vmName)} has no role ${printable(needed)}`, meant(needed, [...roles]))
  })
  return [...missing, ...circularDependencies(range, dependencies)]
}

function circularDependencies(range: CheckedRange, dependencies: readonly Dependency[]): readonly Diagnostic[] {
  const waits = new Map<string, string[]>()
  const first = new Map<string, Dependency>()
  for (const dependency of dependencies) {
    const { machine, role, vmName, needed } = dependency
    if (vmName === undefined) continue
    const [waiter, other] = [keyOf(machine.vm.name, role), keyOf(vmName, needed)]
    const known = waits.get(waiter)
    if (known === undefined) waits.set(waiter, [other])
    else known.push(other)
    const link = linkOf(waiter, other)
    if (!first.has(link)) first.set(link, dependency)
  }
  return circlesOf(waits).map((circle) => {
    const [start = '', second = start] = circle
    const path = first.get(linkOf(start, second))?.path ?? []
    return range.yaml.diagnosticAt(
      range.yaml.place(path).node,
      `depends_on goes round in a circle: ${circleText(circle)}`,
      'take one of them away',
    )
  })
}

const dependenciesOf = ({ machines, id }: CheckedRange): readonly Dependency[] =>
  machines.flatMap((machine) =>
    machine.roles.flatMap((role, index) =>
      typeof role === 'string'
        ? []
        : (role.depends_on ?? []).map((dependency, at): Dependency => {
            const filled = fillTemplate(dependency.vm_name, id)
            return {
              machine,
              role: role.name,
              path: [...machine.path, 'roles', index, 'depends_on', at],
              vmName: filled.kind === 'filled' ? filled.text : undefined,
              needed: dependency.role,
            }
          }),
    ),
  )

const nameOfRole = (role: Machine['roles'][number]): string => (typeof role === 'string' ? role : role.name)

/** A role on one VM, in words. A VM's name has no blank, so no two are the same. */
const keyOf = (vmName: string, role: string): string => `${role} on ${vmName}`

const linkOf = (waiter: string, other: string): string => `${waiter} -> ${other}`

const MOST_LINKS = 8

function circleText(circle: readonly string[]): string {
  const links = circle.map((key) => printable(key))
  const shown = links.length > MOST_LINKS ? [...links.slice(0, MOST_LINKS), `${links.length - MOST_LINKS} more`] : links
  return [...shown, links[0] ?? ''].join(' -> ')
}

/** Comparing costs the product of the lengths, so a hostile file with many names gets no suggestion. */
const MOST_COMPARED = 500

function meant(word: string, known: readonly string[]): string {
  const near = known.length > MOST_COMPARED ? undefined : nearest(word, known)
  if (near !== undefined) return `did you mean ${printable(near)}?`
  const shown = known.slice(0, 10).map((each) => printable(each))
  return shown.length === 0 ? 'add it there, or remove the dependency' : `there are ${shown.join(', ')}`
}
