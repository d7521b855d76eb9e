import { failure } from '../api-error.ts'
import type { Call } from '../route.ts'
import type { TaskRun } from '../tasks.ts'
import { nextPid, nodesOf, qemu, type Guest } from '../world.ts'
import { drivesOf, splitVolumeId } from './drives.ts'
import { checkLock, guestOn } from './guest-lookup.ts'
import { withGuestLock } from './guest-locks.ts'

/** Volumes of a VM that only its node has. */
const localVolumes = ({ sim }: Call, guest: Guest): readonly string[] =>
  drivesOf(guest.config)
    .map((drive) => drive.file)
    .filter((file) => sim.world.storages.get(splitVolumeId(file)?.storage ?? '')?.shared === false)

/** Whether and where a VM could go. */
export const migrationOutlook = (call: Call, guest: Guest): Readonly<Record<string, unknown>> => {
  const others = nodesOf(call.sim.world)
    .filter((node) => node.name !== guest.node)
    .map((node) => node.name)
  const local = localVolumes(call, guest)
  return {
    running: guest.running === undefined ? 0 : 1,
    allowed_nodes: local.length === 0 ? others : [],
    not_allowed_nodes: Object.fromEntries(others.map((name) => [name, {}])),
    local_disks: local.map((volid) => ({ volid })),
    local_resources: [],
    'mapped-resources': [],
    'mapped-resource-info': {},
    'has-dbus-vmstate': 1,
  }
}

const stamp = (now: number): string => new Date(now).toISOString().slice(0, 19).replace('T', ' ')

/** The work of a migration task; only VMs on shared storage move. */
export const migrateGuest = (call: Call, run: TaskRun, vmid: number, target: string): Promise<void> =>
  withGuestLock(call.sim, call.node.name, vmid, run, async () => {
    const { sim } = call
    const guest = guestOn(call, vmid)
    checkLock(guest)
    const address = sim.world.nodes.get(target)?.address ?? ''
    const started = sim.clock.now()
    const say = (text: string): void => run.log(`${stamp(sim.clock.now())} ${text}`)
    say(`starting migration of VM ${vmid} to node '${target}' (${address})`)
    if (localVolumes(call, guest).length > 0) {
      say(`ERROR: migration aborted (duration 00:00:00): can't migrate VM which uses local storage`)
      throw failure('migration aborted')
    }
    await run.sleep(sim.durations.migration)
    guest.node = target
    const [there, before] = [sim.world.nodes.get(target), guest.running]
    // QEMU on the other node is another process, whose uptime begins anew; the system inside goes on.
    if (there !== undefined && before !== undefined) {
      guest.running = qemu(sim.clock.now(), nextPid(there))
      guest.running.paused = before.paused
      for (const key of before.unlinked) guest.running.unlinked.add(key)
    }
    const seconds = String(Math.round((sim.clock.now() - started) / 1000)).padStart(2, '0')
    say(`migration finished successfully (duration 00:00:${seconds})`)
  })
