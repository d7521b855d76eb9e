/**
 * Every call Lanista can make to Proxmox. The list is closed and the client's functions take nothing else, so a call
 * that is not here can't happen: there is none that migrates a guest, and none that writes an SDN zone.
 */
export const CALLS = [
  'GET /version',
  'GET /cluster/status',
  'GET /cluster/resources',
  'GET /cluster/tasks',
  'GET /cluster/nextid',
  'GET /cluster/sdn/zones',
  'GET /cluster/sdn/vnets',
  'GET /cluster/sdn/vnets/{vnet}',
  'GET /cluster/sdn/vnets/{vnet}/subnets',
  'GET /cluster/sdn/controllers',
  'GET /pools',
  'GET /pools/{poolid}',
  'GET /access/acl',
  'GET /access/permissions',
  'GET /cluster/sdn/fabrics/all',
  'GET /access/roles',
  'GET /access/users/{userid}',
  'GET /nodes/{node}/version',
  'GET /nodes/{node}/time',
  'GET /nodes/{node}/network',
  'GET /nodes/{node}/sdn/zones/{zone}/content',
  'GET /nodes/{node}/sdn/zones/{zone}/bridges',
  'GET /nodes/{node}/qemu/{vmid}/pending',
  'GET /nodes/{node}/lxc/{vmid}/pending',
  'GET /nodes/{node}/qemu/{vmid}/snapshot',
  'GET /nodes/{node}/qemu/{vmid}/snapshot/{snapname}/config',
  'GET /nodes/{node}/lxc/{vmid}/snapshot',
  'GET /nodes/{node}/lxc/{vmid}/snapshot/{snapname}/config',
  'GET /nodes/{node}/network/{iface}',
  'GET /nodes/{node}/qemu',
  'GET /nodes/{node}/qemu/{vmid}/config',
  'GET /nodes/{node}/qemu/{vmid}/status/current',
  'GET /nodes/{node}/qemu/{vmid}/agent/network-get-interfaces',
  'GET /nodes/{node}/tasks',
  'GET /nodes/{node}/tasks/{upid}/status',
  'GET /nodes/{node}/tasks/{upid}/log',
  'POST /cluster/sdn/vnets',
  'PUT /cluster/sdn/vnets/{vnet}',
  'DELETE /cluster/sdn/vnets/{vnet}',
  'POST /cluster/sdn/lock',
  'DELETE /cluster/sdn/lock',
  'PUT /cluster/sdn',
  'POST /nodes/{node}/network',
  'PUT /nodes/{node}/network/{iface}',
  'DELETE /nodes/{node}/network/{iface}',
  'PUT /nodes/{node}/network',
  'DELETE /nodes/{node}/network',
  'POST /pools',
  'DELETE /pools/{poolid}',
  'PUT /access/acl',
  'POST /nodes/{node}/qemu/{vmid}/clone',
  'PUT /nodes/{node}/qemu/{vmid}/config',
  'POST /nodes/{node}/qemu/{vmid}/status/start',
  'POST /nodes/{node}/qemu/{vmid}/status/shutdown',
  'POST /nodes/{node}/qemu/{vmid}/status/reboot',
  'POST /nodes/{node}/qemu/{vmid}/status/stop',
  'DELETE /nodes/{node}/qemu/{vmid}',
] as const

/** One of the calls, with `{names}` where an object is named. Also the label of a metric: few values, no secret. */
export type Call = (typeof CALLS)[number]
export type ReadCall = Extract<Call, `GET ${string}`>
export type WriteCall = Exclude<Call, ReadCall>

export const isWrite = (call: Call): call is WriteCall => !call.startsWith('GET ')

type NamesIn<T extends string> = T extends `${string}{${infer Name}}${infer Rest}` ? Name | NamesIn<Rest> : never

/** The values for the `{names}` of a call. */
export type PathOf<C extends Call> = Readonly<Record<NamesIn<C>, string | number>>

/** Parameters of a call as Proxmox takes them: booleans are 0 and 1. */
export type Params = Readonly<Record<string, string | number>>

const METHODS = ['GET', 'POST', 'PUT', 'DELETE'] as const
type Method = (typeof METHODS)[number]

/** A call with its names filled in, ready to be sent. */
export interface Request {
  readonly call: Call
  readonly method: Method
  /** The path below `/api2/json`, percent-encoded. */
  readonly path: string
  /** The call as a person reads it, such as `POST /nodes/pve1/qemu/9000/clone`. */
  readonly title: string
  readonly params: Params
  /** That has to answer it, whichever host it is sent to; undefined: the host itself. */
  readonly node: string | undefined
}

const methodOf = (call: Call): Method => METHODS.find((method) => call.startsWith(`${method} `)) ?? 'GET'

/** Fills in the names of a call. */
export const requestFor = <C extends Call>(call: C, names: PathOf<C>, params: Params): Request => {
  const values: Readonly<Record<string, string | number>> = names
  const fill = (encode: (value: string) => string): string =>
    call.replaceAll(/\{(\w+)\}/g, (_, name: string) => encode(String(values[name])))
  const path = fill(encodeURIComponent).slice(call.indexOf(' ') + 1)
  const node = call.includes('/nodes/{node}') ? String(values['node']) : undefined
  return { call, method: methodOf(call), path, title: fill(String), params, node }
}

/**
 * Parameters as a form body or a query string. Proxmox splits both at `&` and at `;`, so each value is
 * percent-encoded, `;` of tag lists included.
 */
export const encodeParams = (params: Params): string =>
  Object.entries(params)
    .map(([name, value]) => `${encodeURIComponent(name)}=${encodeURIComponent(value)}`)
    .join('&')
