import { failure, parameterError } from './api-error.ts'
import { splitList } from './formats.ts'
import type { Parameters } from './verify.ts'
import type { Interfaces } from './world.ts'

type Interface = Readonly<Record<string, string | number | readonly string[]>>

const numbers = new Set(['autostart', 'bridge_vlan_aware', 'priority', 'active'])

/** `255.255.255.0` as `24`; the file keeps the short form. */
const prefixLength = (netmask: string): string =>
  netmask.includes('.')
    ? String(netmask.split('.').reduce((bits, byte) => bits + (Number(byte).toString(2).match(/1/g)?.length ?? 0), 0))
    : netmask

/** `cidr` and `cidr6` stand for an address and a netmask; one may not give both. */
const withAddresses = (params: Parameters): Record<string, string> => {
  const values: Record<string, string> = { ...params }
  for (const suffix of ['', '6']) {
    const cidr = values[`cidr${suffix}`]
    if (cidr === undefined || cidr === '') continue
    for (const part of ['address', 'netmask'])
      if (values[`${part}${suffix}`] !== undefined)
        throw parameterError({ [`${part}${suffix}`]: `${part}${suffix} conflicts with cidr${suffix}` })
    const [address = '', netmask = ''] = cidr.split('/')
    Object.assign(values, { [`address${suffix}`]: address, [`netmask${suffix}`]: netmask })
  }
  for (const suffix of ['', '6']) {
    const [address, netmask] = [values[`address${suffix}`], values[`netmask${suffix}`]]
    if (address === undefined || netmask === undefined) continue
    values[`netmask${suffix}`] = prefixLength(netmask)
    values[`cidr${suffix}`] = `${address}/${prefixLength(netmask)}`
  }
  return values
}

/** One interface with a default gateway is enough. */
const checkGateway = (interfaces: Interfaces, name: string, params: Parameters): void => {
  const checks = [
    ['gateway', 'Default gateway'],
    ['gateway6', 'Default ipv6 gateway'],
  ] as const
  for (const [key, label] of checks) {
    if (params[key] === undefined) continue
    for (const [other, iface] of interfaces)
      if (other !== name && iface[key] !== undefined)
        throw parameterError({ [key]: `${label} already exists on interface '${other}'.` })
  }
}

/** What the file gives back after being written: defaults of a bridge, no flags that are 0, lines end in comments. */
const asWritten = (iface: Interface): Interface => {
  const values: Record<string, string | number | readonly string[]> = {}
  for (const [key, value] of Object.entries(iface)) {
    const kept = numbers.has(key) ? Number(value) : value
    if (kept !== 0 && (kept !== '' || key === 'bridge_ports')) values[key] = kept
  }
  if (values['method'] === 'manual') for (const key of ['address', 'netmask', 'cidr', 'gateway']) delete values[key]
  if (values['method6'] === 'manual')
    for (const key of ['address6', 'netmask6', 'cidr6', 'gateway6']) delete values[key]
  if (typeof values['comments'] === 'string' && !values['comments'].endsWith('\n')) values['comments'] += '\n'
  if (iface['type'] !== 'bridge') return values
  const vids = values['bridge_vlan_aware'] === 1 ? { bridge_vids: values['bridge_vids'] ?? '2-4094' } : {}
  const ports = splitList(String(values['bridge_ports'] ?? '')).join(' ')
  return { bridge_stp: 'off', bridge_fd: '0', ...values, ...vids, bridge_ports: ports === 'none' ? '' : ports }
}

/** What a VLAN runs over, by its name or as it says itself. */
const parentOf = (name: string, { type, 'vlan-raw-device': raw }: Interface): string | undefined =>
  type === 'vlan' ? (/^(\S+)\.\d+$/.exec(name)?.[1] ?? (raw === undefined ? undefined : String(raw))) : undefined

/**
 * The whole file can only be written when what its interfaces refer to is there. A VLAN that is a bridge's port needs no
 * stanza of its own, and nobody looks then for what it runs over (pve-common, Interfaces.pm).
 */
const checkFile = (interfaces: Interfaces): void => {
  for (const [name, iface] of interfaces) {
    const parent = parentOf(name, iface)
    if (parent !== undefined && !interfaces.has(parent))
      throw failure(`vlan '${name}' - unable to find parent '${parent}'`)
    for (const port of splitList(String(iface['type'] === 'bridge' ? (iface['bridge_ports'] ?? '') : '')))
      if (!interfaces.has(port) && !/\.\d+$/.test(port))
        throw failure(`bridge '${name}' - unable to find bridge port '${port}'`)
    for (const slave of splitList(String(iface['type'] === 'bond' ? (iface['slaves'] ?? '') : '')))
      if (!interfaces.has(slave)) throw failure(`bond '${name}' - unable to find slave '${slave}'`)
  }
}

const methods = (values: Readonly<Record<string, string>>): Interface => {
  const families = [
    ...(values['address'] === undefined ? [] : ['inet']),
    ...(values['address6'] === undefined ? [] : ['inet6']),
  ]
  return {
    method: values['address'] === undefined ? 'manual' : 'static',
    method6: values['address6'] === undefined ? 'manual' : 'static',
    families: families.length === 0 ? ['inet'] : families,
  }
}

const checkType = ({ type }: Parameters): void => {
  if (type?.startsWith('OVS') === true)
    throw failure("Open VSwitch is not installed (need package 'openvswitch-switch')")
}

const nextPriority = (interfaces: Interfaces): number =>
  Math.max(2, ...[...interfaces.values()].map((iface) => Number(iface['priority'] ?? 0))) + 1

/** The interfaces with one more; throws where Proxmox refuses. */
export const withInterface = (interfaces: Interfaces, name: string, params: Parameters): Interfaces => {
  if (interfaces.has(name)) throw parameterError({ iface: 'interface already exists' })
  checkGateway(interfaces, name, params)
  const values = withAddresses(params)
  checkType(params)
  const parent = parentOf(name, values)
  const raw: Interface = parent === undefined ? {} : { 'vlan-raw-device': parent }
  const iface = asWritten({ ...values, ...raw, ...methods(values), priority: nextPriority(interfaces) })
  const after = new Map([...interfaces, [name, iface]])
  checkFile(after)
  return after
}

/** The interfaces with one changed: what is not given stays, except that its addresses go when none is given. */
export const changedInterface = (
  interfaces: Interfaces,
  name: string,
  params: Parameters,
  remove: string,
): Interfaces => {
  const before = interfaces.get(name)
  if (before === undefined) throw parameterError({ iface: 'interface does not exist' })
  const kept = { ...before }
  for (const key of splitList(remove)) {
    delete kept[key]
    if (key === 'cidr') for (const part of ['address', 'netmask']) delete kept[part]
    if (key === 'cidr6') for (const part of ['address6', 'netmask6']) delete kept[part]
  }
  checkGateway(interfaces, name, params)
  const values = withAddresses(params)
  const after = new Map(interfaces).set(name, asWritten({ ...kept, ...values, ...methods(values) }))
  checkFile(after)
  return after
}

/** The interfaces without one. */
export const withoutInterface = (interfaces: Interfaces, name: string): Interfaces => {
  if (!interfaces.has(name)) throw parameterError({ iface: 'interface does not exist' })
  const after = new Map(interfaces)
  after.delete(name)
  checkFile(after)
  return after
}

/** What Proxmox puts on top of a file that it writes itself. */
const autogenerated = `# network interface settings; autogenerated
# Please do NOT modify this file directly, unless you know what
# you're doing.
#
# If you want to manage parts of the network configuration manually,
# please utilize the 'source' or 'source-directory' directives to do
# so.
# PVE will preserve these directives, but will NOT read its network
# configuration from sourced files, so do not attempt to move any of
# the PVE managed interfaces into external files!

`

const stanza = ([name, { autostart, method, ...options }]: readonly [string, Interface]): string => {
  const vlans: Interface =
    options['bridge_vlan_aware'] === 1
      ? { 'bridge-vlan-aware': 'yes', 'bridge-vids': options['bridge_vids'] ?? '' }
      : {}
  const shown: Interface = {
    ...Object.fromEntries(
      ['address', 'gateway', 'bridge_ports', 'bridge_stp', 'bridge_fd']
        .filter((key) => options[key] !== undefined)
        .map((key) => [key.replace('_', '-'), key === 'address' ? (options['cidr'] ?? '') : (options[key] ?? '')]),
    ),
    ...vlans,
    ...(options['mtu'] === undefined ? {} : { mtu: options['mtu'] }),
  }
  return [
    ...(autostart === 1 ? [`auto ${name}`] : []),
    `iface ${name} inet ${String(method)}`,
    ...Object.entries(shown).map(([key, value]) => `\t${key} ${String(value) === '' ? 'none' : String(value)}`),
    ...(Array.isArray(options['options']) ? options['options'].map((line) => `\t${String(line)}`) : []),
    ...(typeof options['comments'] === 'string' ? [`#${options['comments'].trim()}`] : []),
    '',
    '',
  ].join('\n')
}

/** The file's text, enough of it to show what is staged. */
export const interfacesText = (interfaces: Interfaces, byProxmox: boolean): string =>
  [
    byProxmox ? autogenerated : '',
    'auto lo\niface lo inet loopback\n\n',
    ...[...interfaces].map(stanza),
    'source /etc/network/interfaces.d/*\n',
  ].join('')
