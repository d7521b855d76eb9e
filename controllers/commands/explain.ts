import { nearest } from '../../model/nearest.ts'
import { networkModeOf } from '../../reconcilers/network-mode.ts'
import { planSettingsOf } from '../../model/plan-settings.ts'
import { printable } from '../../model/printable.ts'
import { machineNamed, machinesOf, type RangeSpec } from '../../model/range-spec.ts'
import { UserError } from '../../model/user-error.ts'
import { explainVm } from '../../reconcilers/range/explain-vm.ts'
import { groundOf } from '../../reconcilers/range/ground.ts'
import { planTurn } from '../../reconcilers/range/plan-turn.ts'
import type { Composition } from './composition.ts'
import { explanationText } from '../terminal/explanation-text.ts'
import type { Paint } from '../terminal/paint.ts'
import { lookNow } from './look-now.ts'
import { type FolderRead, readFolder } from './read-folder.ts'
import { readOneFile } from './read-one-file.ts'
import { NO_PROMISES } from '../../reconcilers/range/promises.ts'
import { mustBeTextOrJson } from './text-or-json.ts'

export interface ExplainOptions {
  readonly config: string
  /** `JD/JD-DC01`. */
  readonly vm: string
  /** A range file that isn't in the folder, or stands in for the one that is. */
  readonly file: string | undefined
  readonly format: string
}

/**
 * `lanista explain`: why a VM is on its node, or which one it would get and why, as a run would decide now. Writes nothing.
 *
 * @returns the exit status: 0, or 1 when the VM has no node
 */
export async function explainCommand(
  { config: configFile, vm, file, format }: ExplainOptions,
  composition: Composition,
  paint: Paint,
  print: (line: string) => void,
  signal: AbortSignal,
): Promise<number> {
  mustBeTextOrJson(format)
  const [rangeId = '', name, ...rest] = vm.split('/')
  if (rangeId === '' || name === undefined || rest.length > 0)
    throw new UserError(`${printable(vm)} names no VM; write RANGE/VM, such as JD/JD-DC01`)
  const own = file === undefined ? undefined : await readOneFile(file, composition.checker)
  const config = await composition.loadConfig(configFile)
  const { proxmox, files } = await composition.connect(config, composition.openLog())
  const folder = await readFolder(files, composition.clock.now())
  const specs = [
    ...folder.awake.filter(({ id, state }) => id !== own?.id && state === 'present'),
    ...(own === undefined ? [] : [own]),
  ]
  const spec = rangeOf(rangeId, specs, folder)
  vmOf(spec, name)
  const settings = planSettingsOf(config)
  const ids = specs.map(({ id }) => id)
  const { snapshot } = await lookNow(proxmox, ids, signal)
  const ground = groundOf(snapshot, settings, networkModeOf(snapshot, settings))
  const turn = planTurn(specs, ground, NO_PROMISES, { rangeId, vm: name })
  const explanation = explainVm(spec, name, turn)
  if (format === 'json') print(JSON.stringify(explanation, undefined, 2))
  else for (const line of explanationText(explanation, paint)) print(line)
  return explanation.node === undefined ? 1 : 0
}

function rangeOf(id: string, specs: readonly RangeSpec[], { awake, suspended }: FolderRead): RangeSpec {
  const spec = specs.find((each) => each.id === id)
  if (spec !== undefined) return spec
  if (suspended.some((each) => each.id === id))
    throw new UserError(
      `range ${printable(id)}: it is suspended, so nothing is placed; remove suspend, or look at it with --file`,
    )
  if (awake.some((each) => each.id === id))
    throw new UserError(`range ${printable(id)}: its state is absent, so nothing is placed; set it to present`)
  const meant = nearest(
    id,
    specs.map((each) => each.id),
  )
  const remedy =
    meant === undefined ? 'put it into the folder, or name it with --file' : `did you mean ${printable(meant)}?`
  throw new UserError(`range ${printable(id)}: there is no valid range file of that name; ${remedy}`)
}

function vmOf(spec: RangeSpec, name: string): void {
  if (machineNamed(spec, name) !== undefined) return
  const names = machinesOf(spec).map((vm) => vm.name)
  const meant = nearest(name, names)
  const remedy =
    meant === undefined
      ? `it has ${names.map((each) => printable(each)).join(', ')}`
      : `did you mean ${printable(meant)}?`
  throw new UserError(`range ${printable(spec.id)}: it has no vm ${printable(name)}; ${remedy}`)
}
