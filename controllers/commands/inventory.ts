import { diagnosticLine } from '../../model/diagnostic.ts'
import { nearest } from '../../model/nearest.ts'
import { planSettingsOf } from '../../model/plan-settings.ts'
import type { RangeFiles } from '../../model/ports.ts'
import { printable } from '../../model/printable.ts'
import { readInForce } from '../../model/read-in-force.ts'
import type { RangeSpec } from '../../model/range-spec.ts'
import { UserError } from '../../model/user-error.ts'
import { ansibleListOf, inventoryOf } from '../../reconcilers/range/inventory.ts'
import type { Composition } from './composition.ts'
import { lookNow } from './look-now.ts'
import { readFolder } from './read-folder.ts'

export interface InventoryOptions {
  readonly config: string
  readonly list: boolean
  /** The name of a VM. */
  readonly host: string | undefined
  /** Only this range. */
  readonly range: string | undefined
}

/**
 * `lanista inventory`: the VMs that exist, in the protocol of Ansible's inventory scripts. Looks at the cluster once, and
 * asks the VMs' own nodes which of them run. Writes nothing. A range that can't be told of is warned about and left out, unless it is the one asked for.
 *
 * @param print takes the JSON, and nothing else
 * @param warn takes sentences for people
 * @returns the exit status: 0
 */
export async function inventoryCommand(
  { config: configFile, list, host, range }: InventoryOptions,
  composition: Composition,
  print: (line: string) => void,
  warn: (line: string) => void,
  signal: AbortSignal,
): Promise<number> {
  if (list === (host !== undefined))
    throw new UserError('inventory: it needs either --list or --host; give one of them, as Ansible does')
  const config = await composition.loadConfig(configFile)
  const { proxmox, files } = await composition.connect(config, composition.openLog())
  const specs = range === undefined ? await allRanges(files, composition.clock.now(), warn) : [await one(range, files)]
  const ids = specs.map(({ id }) => id)
  const { snapshot, warnings } = await lookNow(proxmox, ids, signal)
  const inventory = inventoryOf(specs, snapshot, planSettingsOf(config))
  for (const warning of [...warnings, ...inventory.warnings]) warn(warning)
  if (host === undefined) {
    print(JSON.stringify(ansibleListOf(inventory), undefined, 2))
    return 0
  }
  const vars = inventory.hosts.get(host)
  if (vars === undefined) warn(unknownHost(host, [...inventory.hosts.keys()]))
  // Ansible's protocol: a host that is not known has no variables.
  print(JSON.stringify(vars ?? {}, undefined, 2))
  return 0
}

/** Every range with a valid file that is not to go: a suspended one's VMs are there, too. */
async function allRanges(files: RangeFiles, now: number, warn: (line: string) => void): Promise<readonly RangeSpec[]> {
  const { awake, suspended, kept, diagnostics } = await readFolder(files, now)
  for (const diagnostic of diagnostics) warn(`${diagnosticLine(diagnostic)} (its range is left out)`)
  return [...awake, ...suspended, ...kept].filter(({ state }) => state === 'present')
}

async function one(id: string, files: RangeFiles): Promise<RangeSpec> {
  const ids = await files.list()
  const read = ids.includes(id) ? await files.read(id) : ({ kind: 'absent' } as const)
  const valid = readInForce(read)
  if (valid !== undefined) return valid.spec
  if (read.kind === 'held') throw new UserError(read.held.message)
  if (read.kind === 'invalid') throw new UserError(read.diagnostics.map(diagnosticLine).join('\n'))
  const meant = nearest(id, ids)
  const remedy = meant === undefined ? 'put one into the folder' : `did you mean ${printable(meant)}?`
  throw new UserError(`range ${printable(id)}: there is no range file of that name; ${remedy}`)
}

function unknownHost(host: string, names: readonly string[]): string {
  const meant = nearest(host, names)
  const remedy = meant === undefined ? 'lanista inventory --list shows all' : `did you mean ${printable(meant)}?`
  return `host ${printable(host)}: no range has a VM of that name that exists; ${remedy}`
}
