import type { LanistaApi } from '../../model/api/lanista-api.ts'
import type { LogLine } from '../../model/api/log-line.ts'
import type { RangeView, VmView } from '../../model/api/range-view.ts'
import type { GuestTask, GuestTasks } from '../../model/guest-tasks.ts'
import { printable } from '../../model/printable.ts'
import { isProxmoxError } from '../../model/proxmox-error.ts'
import { UserError } from '../../model/user-error.ts'
import { noneCalled } from '../seeing/kinds.ts'
import { logLine, taskLines } from '../seeing/log-text.ts'
import { momentGiven } from '../seeing/since.ts'
import type { Composition } from './composition.ts'
import { withoutKind } from './get.ts'
import { knownLanista, type LanistaOptions } from './open-lanista.ts'
import type { SeeingTerminal } from './seeing-terminal.ts'

export interface LogsOptions extends LanistaOptions {
  /** `JD`, or `JD/JD-DC01`. */
  readonly of: string
  /** Also the logs of Proxmox' tasks. */
  readonly proxmox: boolean
  readonly since: string | undefined
  /** As many lines of the controller's at most, the last. */
  readonly tail: string | undefined
}

/** So many tasks of each VM, and so many lines of each. */
const TASKS = 10
const LINES = 40
const UPID = /UPID:[A-Za-z0-9-]+:[0-9A-Fa-f]+:[0-9A-Fa-f]+:[0-9A-Fa-f]+:[^\s:]+:[^\s:]*:[^\s:]+:/g

/**
 * `lanista logs`: what the controller has logged of a range, or of one VM of it; with `proxmox` also the logs of the tasks of its VMs,
 * read from Proxmox.
 *
 * @returns the exit status: 0, or 1 when there is no such range or VM
 */
export async function logsCommand(
  options: LogsOptions,
  composition: Composition,
  terminal: SeeingTerminal,
  signal: AbortSignal,
): Promise<number> {
  const { print, warn, paint, clock } = terminal
  const from = options.since === undefined ? undefined : momentGiven('--since', options.since, clock.now())
  const most = tailGiven(options.tail)
  const { api, isRunning } = await knownLanista(options, composition, warn, signal)
  const found = await thingCalled(options.of, api, signal)
  if ('none' in found) {
    warn(found.none)
    return 1
  }
  const { range, vm } = found
  if (!isRunning && !options.proxmox)
    throw new UserError(
      'logs: the lines are kept by a Lanista that runs, and none does; `journalctl -u lanista` may have them, and --proxmox reads those of the tasks',
    )
  const all = isRunning ? await api.logs({ range: range.name, vm: vm?.name }, signal) : []
  const lines = all.filter(({ time }) => from === undefined || Date.parse(time) >= from).slice(-most)
  for (const line of lines) print(logLine(line, paint))
  if (lines.length === 0 && isRunning)
    warn(`there are no lines of ${options.of}${from === undefined ? '' : ' since then'}`)
  if (!options.proxmox) return 0
  const config = await composition.loadConfig(options.config)
  const { proxmox } = await composition.connect(config, composition.openLog())
  const vms = vm === undefined ? range.vms : [vm]
  for (const task of await tasksOf(vms, upidsIn(lines, vms), proxmox.guestTasks, warn, signal)) {
    if (from !== undefined && task.startedAt < from) continue
    const log = await logOf(task, proxmox.guestTasks, signal)
    print('')
    for (const line of taskLines(task, log, paint, clock.now())) print(line)
  }
  return 0
}

function tailGiven(text: string | undefined): number {
  if (text === undefined) return Infinity
  if (/^[0-9]{1,6}$/.test(text) && Number(text) > 0) return Number(text)
  throw new UserError(`--tail ${printable(text)}: it is no number of lines; write one such as 50`)
}

type Found = { readonly range: RangeView; readonly vm: VmView | undefined } | { readonly none: string }

async function thingCalled(name: string, api: LanistaApi, signal: AbortSignal): Promise<Found> {
  const [rangeName = '', vmName, ...more] = withoutKind('ranges', name).split('/')
  if (more.length > 0 || vmName === '')
    throw new UserError(`logs ${printable(name)}: it names nothing; write RANGE, or RANGE/VM such as JD/JD-DC01`)
  const { items } = await api.list('ranges', signal)
  const range = items.find((each) => each.name === rangeName)
  if (range === undefined) return { none: noneCalled('ranges', items, rangeName) }
  if (vmName === undefined) return { range, vm: undefined }
  const vm = range.vms.find((each) => each.name === vmName)
  return vm === undefined ? { none: noneCalled('vms', range.vms, vmName) } : { range, vm }
}

/** Tasks that are told of: a clone is a task of its template, so no VMID leads to it. */
const upidsIn = (lines: readonly LogLine[], vms: readonly VmView[]): readonly string[] => {
  const told = [
    ...lines.map((line) => JSON.stringify([line.message, line.fields])),
    ...vms.map(({ trouble = '' }) => trouble),
  ]
  return [...new Set(told.flatMap((text) => text.match(UPID) ?? []))]
}

/** The tasks of these VMs and those told of, in the order in which they began. What a node does not tell is said. */
async function tasksOf(
  vms: readonly VmView[],
  upids: readonly string[],
  guestTasks: GuestTasks,
  warn: (line: string) => void,
  signal: AbortSignal,
): Promise<readonly GuestTask[]> {
  const known = new Map<string, GuestTask>()
  const untold = new Set<string>()
  const orSay = async (node: string, read: () => Promise<readonly GuestTask[]>): Promise<void> => {
    try {
      for (const task of await read()) known.set(task.upid, task)
    } catch (error) {
      if (!isProxmoxError(error) || signal.aborted) throw error
      if (!untold.has(node)) warn(`node ${node} does not tell its tasks: ${printable(error.message, 1024)}`)
      untold.add(node)
    }
  }
  for (const { node, vmid } of vms)
    if (node !== undefined && vmid !== undefined) await orSay(node, () => guestTasks.of(node, vmid, TASKS, signal))
  for (const upid of upids)
    if (!known.has(upid)) await orSay(upid.split(':')[1] ?? '', async () => [await guestTasks.one(upid, signal)])
  return [...known.values()].sort((one, other) => one.startedAt - other.startedAt)
}

const logOf = async ({ upid }: GuestTask, guestTasks: GuestTasks, signal: AbortSignal): Promise<readonly string[]> => {
  try {
    return await guestTasks.logEnd(upid, LINES, signal)
  } catch (error) {
    if (!isProxmoxError(error) || signal.aborted) throw error
    return [`its log can't be read: ${error.message}`]
  }
}
