import { failure } from '../api-error.ts'
import type { Call } from '../route.ts'
import { memoryOf } from '../statistics.ts'
import type { TaskRun } from '../tasks.ts'
import { nextPid, qemu, type Guest, type NodeState, type World } from '../world.ts'
import { checkBridges } from './bridge-check.ts'
import { drivesOf, isCdrom, splitVolumeId } from './drives.ts'
import { checkLock, guestOn, isTemplate } from './guest-lookup.ts'
import { withGuestLock } from './guest-locks.ts'
import { isLinkDown, isNicKey, readNic } from './nic-format.ts'
import { applyPending } from './pending-changes.ts'
import { checkStorageOn, findVolume } from './volumes.ts'

const checkVolumes = (world: World, node: NodeState, guest: Guest): void => {
  for (const drive of drivesOf(guest.config)) {
    const id = splitVolumeId(drive.file)?.storage
    if (id === undefined) continue
    checkStorageOn(world, id, node.name)
    if (!isCdrom(drive) && findVolume(world, drive.file, node.name) === undefined)
      throw failure(`volume '${drive.file}' does not exist`)
  }
}

/** Throws when the VM is bigger than its host: more processors are refused, for more memory QEMU gives up. */
const checkSize = (node: NodeState, { config }: Guest, run: TaskRun): void => {
  const processors = Number(config.get('sockets') ?? 1) * Number(config.get('cores') ?? 1)
  if (processors > node.cores) throw failure(`MAX ${node.cores} vcpus allowed per VM on this node`)
  if (memoryOf(config) <= node.memory) return
  run.log(`kvm: cannot set up guest memory 'pc.ram': Cannot allocate memory`)
  throw failure('start failed: QEMU exited with code 1')
}

/** QEMU came up and never answered: the task gives up on it, and its process goes on for a while, which all call running. */
const failStart = async ({ sim, node }: Call, run: TaskRun, guest: Guest, lingers: number): Promise<never> => {
  const process = qemu(sim.clock.now(), nextPid(node))
  guest.running = process
  await run.sleep(sim.durations.start)
  const ends = async (): Promise<void> => {
    await sim.clock.sleep(lingers, sim.closed)
    if (guest.running === process) guest.running = undefined
  }
  ends().catch(() => undefined)
  throw failure('start failed: command failed: got timeout')
}

/** Starts QEMU for a VM whose lock is held: pending changes come into force, bridges and volumes have to be there. */
export const bootGuest = async (call: Call, run: TaskRun, guest: Guest): Promise<void> => {
  const { sim, node } = call
  applyPending(sim.world, guest)
  // What was suspended to a volume goes on from there.
  if (guest.config.get('lock') === 'suspended') guest.config.delete('lock')
  guest.config.delete('vmstate')
  checkVolumes(sim.world, node, guest)
  checkSize(node, guest, run)
  checkBridges(sim.world, node, guest, (line) => run.log(line))
  const [fault] = sim.faults.strike('start', ({ vmid }) => vmid === undefined || vmid === guest.vmid)
  if (fault === undefined) {
    await run.sleep(sim.durations.start)
    guest.running = qemu(sim.clock.now(), nextPid(node))
    for (const [key, value] of guest.config)
      if (isNicKey(key) && isLinkDown(readNic(String(value)))) guest.running.unlinked.add(key)
  } else await failStart(call, run, guest, fault.lingers)
}

/** The work of a start task. */
export const startGuest = (call: Call, run: TaskRun, vmid: number): Promise<void> =>
  withGuestLock(call.sim, call.node.name, vmid, run, async () => {
    const guest = guestOn(call, vmid)
    if (isTemplate(guest)) throw failure(`you can't start a vm if it's a template`)
    if (guest.config.get('lock') !== 'suspended') checkLock(guest)
    if (guest.running !== undefined) throw failure(`VM ${vmid} already running`)
    await bootGuest(call, run, guest)
  })
