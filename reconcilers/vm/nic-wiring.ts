/** Where a NIC is plugged in. */
export interface Wiring {
  /** Undefined for a NIC that hangs on nothing. */
  readonly bridge: string | undefined
  readonly vlan: number | undefined
}

/** Where a NIC is to be plugged in. */
export interface WantedWiring extends Wiring {
  /**
   * Where it is on that bridge already, its tag is somebody's choice and stays: Ludus gives each router's NIC on the NAT
   * network the tag 1, which on a VLAN-aware bridge is the same as none.
   */
  readonly anyVlan?: true
}

/**
 * Where a NIC's text says it is plugged in: `virtio=BC:24:11:00:00:01,bridge=r3,tag=10,firewall=1`. The order of the
 * options means nothing.
 */
export function wiringOf(text: string): Wiring {
  const options = new Map(text.split(',').map((option) => splitOnce(option)))
  const tag = options.get('tag')
  return { bridge: options.get('bridge'), vlan: tag === undefined || tag === '' ? undefined : Number(tag) }
}

export const isWired = (text: string, { bridge, vlan, anyVlan }: WantedWiring): boolean => {
  const is = wiringOf(text)
  return is.bridge === bridge && (anyVlan === true || is.vlan === vlan)
}

/**
 * The same NIC plugged in elsewhere: model, MAC and everything else a person set stay, in their order. A `netN` written
 * without its MAC gets a new one, and a running VM hangs on the unplug.
 */
export function rewired(text: string, { bridge, vlan }: Wiring): string {
  const others = text.split(',').filter((option) => !/^(bridge|tag)=/.test(option))
  const [card, ...rest] = others
  return [
    ...(card === undefined ? [] : [card]),
    ...(bridge === undefined ? [] : [`bridge=${bridge}`]),
    ...(vlan === undefined ? [] : [`tag=${vlan}`]),
    ...rest,
  ].join(',')
}

/** Such as `r3 with VLAN 10`. */
export const wiringText = ({ bridge, vlan }: Wiring): string =>
  bridge === undefined ? 'no bridge' : `${bridge} ${vlan === undefined ? 'without VLAN' : `with VLAN ${vlan}`}`

const splitOnce = (option: string): readonly [string, string] => {
  const at = option.indexOf('=')
  return at === -1 ? [option, ''] : [option.slice(0, at), option.slice(at + 1)]
}
