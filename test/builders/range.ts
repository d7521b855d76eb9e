import { ROUTER_ADDRESS } from '../../model/identity.ts'
import type { PlanSettings } from '../../model/plan-settings.ts'
import type { RangeSpec, VmSpec } from '../../model/range-spec.ts'
import { ROUTER_TEMPLATE, WINDOWS_TEMPLATE } from './cluster.ts'

/** A Windows VM with 2 cores and 4 GiB at VLAN 10, octet 11. */
export const vm = (name: string, traits: Partial<VmSpec> = {}): VmSpec => ({
  role: 'vm',
  name,
  otherNames: [],
  unsaid: [],
  hostname: name,
  template: WINDOWS_TEMPLATE,
  address: { vlan: 10, lastOctet: 11 },
  cpus: 2,
  memoryMiB: 4096,
  balloonMiB: 0,
  os: 'windows',
  domainController: false,
  fullClone: false,
  targetNode: undefined,
  wishes: [],
  ansibleGroups: [],
  ...traits,
})

/** A range's router with Ludus' defaults. */
export const router = (rangeId: string, traits: Partial<VmSpec> = {}): VmSpec =>
  vm(`${rangeId}-router-debian11-x64`, {
    role: 'router',
    template: ROUTER_TEMPLATE,
    address: ROUTER_ADDRESS,
    memoryMiB: 2048,
    balloonMiB: 512,
    os: 'linux',
    ...traits,
  })

/** A range of a router and one VM, `<id>-DC01`, unless other VMs are given. */
export const range = (id: string, traits: Partial<RangeSpec> = {}): RangeSpec => ({
  id,
  source: `${id}.yml`,
  number: undefined,
  wave: 0,
  suspension: undefined,
  state: 'present',
  power: 'on',
  drift: { networks: 'correct', hardware: 'report' },
  targetNode: undefined,
  notifyUrls: [],
  router: router(id),
  vms: [vm(`${id}-DC01`)],
  ...traits,
})

/** Ludus' defaults: zone `ludus`, tag base 0, default node pve1. */
export const settings = (traits: Partial<PlanSettings> = {}): PlanSettings => ({
  zone: 'ludus',
  vxlanTagBase: 0,
  vmidBase: 0,
  repairClones: false,
  reservedNumbers: [],
  defaultNode: 'pve1',
  storage: 'shared',
  storageFormat: 'qcow2',
  clusterMode: undefined,
  natBridge: 'vmbr1000',
  applyForeign: false,
  routesEnabled: false,
  // Out of the way of tests that count reads.
  auditMs: 30 * 86_400_000,
  routesDevice: undefined,
  aclGroup: undefined,
  placement: { weights: { memory: 0.8, cpu: 0.2 }, memoryHeadroomPercent: 0, ballooning: 'minimum' },
  ...traits,
})
