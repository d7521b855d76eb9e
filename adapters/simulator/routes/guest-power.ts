import { machineFormat } from '../guests/option-formats.ts'
import { parsePropertyString } from '../guests/property-string.ts'
import { checkNotPaused, checkRunning, rebootGuest, resetGuest } from '../guests/restart-guest.ts'
import { startGuest } from '../guests/start-guest.ts'
import { shutDownGuest, stopGuest } from '../guests/stop-guest.ts'
import { pauseGuest, resumeGuest, storageForState, suspendToDisk } from '../guests/suspend-guest.ts'
import { guestOf, vmOn } from '../guests/guest-lookup.ts'
import { flag, integer, oneOf, shared, text, type ParameterTable } from '../parameters.ts'
import { perm } from '../permission.ts'
import type { Call, Route } from '../route.ts'
import { refuseRootOnly } from '../guests/root-options.ts'

const guest = { node: shared.node, vmid: shared.vmid }

const post = (verb: string, params: ParameterTable, handle: (call: Call) => unknown): Route => ({
  method: 'POST',
  path: `/nodes/{node}/qemu/{vmid}/status/${verb}`,
  permission: perm('/vms/{vmid}', 'VM.PowerMgmt'),
  proxy: 'node',
  params: { ...guest, ...params },
  handle,
})

const startParameters: ParameterTable = {
  'force-cpu': text(),
  machine: text({ check: (value) => parsePropertyString(machineFormat, value, 'machine').problem }),
  migratedfrom: text({ format: 'pve-node' }),
  migration_network: text({ format: 'CIDR' }),
  migration_type: oneOf('secure', 'insecure'),
  'nets-host-mtu': text({ pattern: /net\d+=\d+(,net\d+=\d+)*/ }),
  skiplock: flag,
  stateuri: text({ maxLength: 128 }),
  targetstorage: text(),
  timeout: integer(0),
  'with-conntrack-state': flag,
}

const rootOnStart = [
  'stateuri',
  'skiplock',
  'migratedfrom',
  'migration_type',
  'migration_network',
  'targetstorage',
  'force-cpu',
  'with-conntrack-state',
  'nets-host-mtu',
]

const seconds = (value: string | undefined): number | undefined =>
  value === undefined ? undefined : Number(value) * 1000

/** Switching VMs on and off. All of it happens in tasks, mistakes too. */
export const guestPowerRoutes: readonly Route[] = [
  post('start', startParameters, (call) => {
    refuseRootOnly(call, rootOnStart)
    call.requireQuorum()
    const vmid = Number(call.params['vmid'])
    return call.task('qmstart', String(vmid), (run) => startGuest(call, run, vmid))
  }),
  post(
    'stop',
    {
      keepActive: flag,
      migratedfrom: text({ format: 'pve-node' }),
      'overrule-shutdown': flag,
      skiplock: flag,
      timeout: integer(0),
    },
    (call) => {
      refuseRootOnly(call, ['skiplock', 'keepActive', 'migratedfrom'])
      const vmid = Number(call.params['vmid'])
      return call.task('qmstop', String(vmid), (run) => stopGuest(call, run, vmid))
    },
  ),
  post('shutdown', { forceStop: flag, keepActive: flag, skiplock: flag, timeout: integer(0) }, (call) => {
    refuseRootOnly(call, ['skiplock', 'keepActive'])
    const vmid = Number(call.params['vmid'])
    const request = { timeout: seconds(call.params['timeout']), forceStop: call.params['forceStop'] === '1' }
    if (!request.forceStop) checkNotPaused(call, vmid)
    // One that stands still is stopped instead.
    else if (vmOn(call.sim.world, call.node.name, vmid)?.running?.paused === true)
      return call.task('qmshutdown', String(vmid), (run) => stopGuest(call, run, vmid))
    return call.task('qmshutdown', String(vmid), (run) => shutDownGuest(call, run, vmid, request))
  }),
  post(
    'suspend',
    {
      skiplock: flag,
      todisk: flag,
      statestorage: text({ format: 'pve-storage-id', requires: 'todisk' }),
    },
    (call) => {
      refuseRootOnly(call, ['skiplock'])
      const vmid = Number(call.params['vmid'])
      checkRunning(call, vmid)
      if (call.params['todisk'] !== '1') return call.task('qmpause', String(vmid), (run) => pauseGuest(call, run, vmid))
      call.require(`/vms/${vmid}`, 'VM.Config.Disk')
      const storage = call.params['statestorage'] ?? storageForState(guestOf(call))
      call.require(`/storage/${storage}`, 'Datastore.AllocateSpace')
      return call.task('qmsuspend', String(vmid), (run) => suspendToDisk(call, run, vmid, storage))
    },
  ),
  post('resume', { skiplock: flag, nocheck: flag }, (call) => {
    refuseRootOnly(call, ['skiplock', 'nocheck'])
    const vmid = Number(call.params['vmid'])
    const isOnDisk = vmOn(call.sim.world, call.node.name, vmid)?.config.get('lock') === 'suspended'
    if (!isOnDisk) checkRunning(call, vmid)
    return call.task('qmresume', String(vmid), (run) => resumeGuest(call, run, vmid, isOnDisk))
  }),
  post('reboot', { timeout: integer(0) }, (call) => {
    const vmid = Number(call.params['vmid'])
    checkNotPaused(call, vmid)
    checkRunning(call, vmid)
    const timeout = seconds(call.params['timeout'])
    return call.task('qmreboot', String(vmid), (run) => rebootGuest(call, run, vmid, timeout))
  }),
  post('reset', { skiplock: flag }, (call) => {
    refuseRootOnly(call, ['skiplock'])
    const vmid = Number(call.params['vmid'])
    checkRunning(call, vmid)
    return call.task('qmreset', String(vmid), (run) => resetGuest(call, run, vmid))
  }),
]
