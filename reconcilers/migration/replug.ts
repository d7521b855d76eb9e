import { isSameText, optionOf } from './old-networks.ts'

/**
 * What makes Proxmox plug a NIC in anew, once it is taken back: nothing less does, as the same text again changes nothing. A change of
 * `firewall` plugs the tap in, and one of `link_down` brings the guest's link up, which a failed hot-plug leaves down. One that is
 * behind the firewall goes by way of the other network, as it would be without it for that moment.
 */
export const replugged = (text: string, other: string): string =>
  optionOf(text, 'firewall') === '1' ? other : betweenPlugs(text)

/** Whether a NIC is as it is for the moment between the two writes that plug it in anew: a move that was cut off leaves that. */
export const isReplugging = (is: string, wanted: string): boolean => isSameText(is, betweenPlugs(wanted))

const betweenPlugs = (text: string): string => `${withoutToggles(text)},firewall=1,link_down=1`

const withoutToggles = (text: string): string =>
  text
    .split(',')
    .filter((option) => !/^(firewall|link_down)=/.test(option))
    .join(',')
