/** What a person does to have a range's bridge back that is not in its node's file any more, as the end of a sentence. */
export const makeAgain = (node: string, bridge: string): string =>
  `make it again (pvesh create /nodes/${node}/network --iface ${bridge} --type bridge --autostart 1 --bridge_vlan_aware 1 && pvesh set /nodes/${node}/network, which brings into force all that is staged there)`
