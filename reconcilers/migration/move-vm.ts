import { NAT_VNET } from '../../model/identity.ts'
import type { GuestNics } from '../../model/guest-nics.ts'
import type { NicMove, VmMove } from '../../model/plan/migration-plan.ts'
import { heldBy } from './held-by.ts'
import { bridgeOf, isSameText, onBridge, optionOf, vnetFor } from './old-networks.ts'

/** What of the new networks a VM's move depends on. */
export interface NewNetworks {
  readonly natBridge: string
  /** The MTU of the new networks, in bytes; undefined where it is not known. */
  readonly mtu: number | undefined
  /** The NAT VNet that is there takes no VLAN. */
  readonly natRefusesVlans: boolean
  /** Bridge -> its MTU on a node, in bytes. */
  readonly mtuOf: (node: string, bridge: string) => number
}

/** The move of a VM; undefined where none of its NICs is on an old network. */
export function moveOf({ guest, nics, coming = {} }: GuestNics, networks: NewNetworks): VmMove | undefined {
  const isOnOld = (nic: string): boolean => vnetFor(bridgeOf(nic), networks.natBridge) !== undefined
  const moves = Object.entries(nics)
    .sort(([a], [b]) => Number(a.slice(3)) - Number(b.slice(3)))
    .flatMap(([key, now]): NicMove[] => {
      // One that is to be on an old network after its next boot is no less in the way.
      const before = isOnOld(now) ? now : (coming[key] ?? now)
      const from = bridgeOf(before)
      const to = vnetFor(from, networks.natBridge)
      return from === undefined || to === undefined ? [] : [{ key, from, to, before, after: onBridge(before, to) }]
    })
  if (moves.length === 0) return undefined
  const { vmid, node, status, template } = guest
  const running = status === 'running' || status === 'paused'
  return {
    vmid,
    name: guest.name ?? `VM ${vmid}`,
    node,
    running,
    template,
    router: moves.some(({ to }) => to === NAT_VNET.name) && moves.some(({ to }) => to !== NAT_VNET.name),
    nics: moves,
    reboot: running && moves.some((nic) => keepsOldMtu(nic, node, networks)),
  }
}

/** QEMU tells a virtio card its MTU when it starts; one that is set in the NIC itself does not follow the bridge. */
function keepsOldMtu({ before, from }: NicMove, node: string, { mtu, mtuOf }: NewNetworks): boolean {
  const own = optionOf(before, 'mtu')
  if (mtu === undefined || !before.startsWith('virtio=') || (own !== undefined && own !== '1')) return false
  return mtuOf(node, from) > mtu
}

/** Why a VM can't be moved just now, each as the end of a sentence about it, with what to do. */
export function whyVmStays(
  { guest, waiting, coming = {} }: GuestNics,
  move: VmMove,
  networks: NewNetworks,
): readonly string[] {
  const ofNic = (nic: NicMove): readonly string[] => {
    const own = Number(optionOf(nic.before, 'mtu') ?? 0)
    const vlan = optionOf(nic.before, 'tag')
    return [
      // The move itself waits where it was ended while Proxmox plugged that NIC in, or could not plug it in.
      ...(waiting.includes(nic.key) && !isSameText(coming[nic.key] ?? '', nic.after)
        ? [`another change of its ${nic.key} waits for its next boot; reboot it, or take that change back`]
        : []),
      ...(/=(?:[\da-f]{2}:){5}[\da-f]{2}(?:,|$)/i.test(nic.before)
        ? []
        : [`its ${nic.key} has no MAC, so that a write would give it one that it did not have; set that first`]),
      ...(optionOf(nic.before, 'trunks') === undefined
        ? []
        : [`its ${nic.key} has trunks, which nobody has tried on a VNet; take them away, or move that NIC yourself`]),
      ...(networks.mtu !== undefined && own > networks.mtu
        ? [
            `its ${nic.key} sets mtu=${own}, above the ${networks.mtu} of the VNet, so that it would not start any more; lower it`,
          ]
        : []),
      ...(networks.natRefusesVlans && nic.to === NAT_VNET.name && vlan !== undefined
        ? [
            `its ${nic.key} has VLAN ${vlan}, and vnet ${NAT_VNET.name} is not VLAN-aware, so that Proxmox would not plug it in; take that tag away, or make ${NAT_VNET.name} VLAN-aware`,
          ]
        : []),
    ]
  }
  return [
    ...(guest.lock === undefined ? [] : [heldBy(guest.lock, guest, 'it')]),
    ...(guest.status === 'unknown' ? [`its node ${guest.node} does not tell how it is; bring the node back`] : []),
    ...move.nics.flatMap(ofNic),
  ]
}
