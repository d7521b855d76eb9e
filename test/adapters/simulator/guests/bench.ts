import { setMaxListeners } from 'node:events'
import { answerRequest } from '../../../../adapters/simulator/answer-request.ts'
import { virtualClock, type VirtualClock } from '../../../../adapters/simulator/clock.ts'
import type { ClusterDescription } from '../../../../adapters/simulator/cluster-description.ts'
import { clusterFrom } from '../../../../adapters/simulator/cluster-from.ts'
import { type Durations, realisticDurations } from '../../../../adapters/simulator/durations.ts'
import { faultScript } from '../../../../adapters/simulator/faults.ts'
import { lockTable } from '../../../../adapters/simulator/locks.ts'
import { routes } from '../../../../adapters/simulator/routes/index.ts'
import type { Simulation } from '../../../../adapters/simulator/simulation.ts'
import { publishStatistics } from '../../../../adapters/simulator/statistics.ts'
import type { Guest, Task, World } from '../../../../adapters/simulator/world.ts'

type Params = Readonly<Record<string, string | number>>

/** An answer without the network: reason phrase, `data`, `message` and `errors` of the body. */
interface Reply {
  readonly status: number
  readonly reason: string
  readonly data: unknown
  readonly errors: Readonly<Record<string, string>>
}

/** A simulated cluster on a virtual clock, asked without the network. */
export interface Bench {
  readonly sim: Simulation
  readonly world: World
  readonly clock: VirtualClock
  /** Sends a request, as root's token unless told otherwise, and lets time pass until it is answered. */
  ask(method: string, path: string, params?: Params, as?: string): Promise<Reply>
  /** The same without letting time pass. */
  send(method: string, path: string, params?: Params, as?: string): Promise<Reply>
  /** Lets time pass until the promise is settled. */
  until<T>(promise: Promise<T>): Promise<T>
  /** Sends a request that starts a task, waits for its end and returns the task. */
  run(method: string, path: string, params?: Params, as?: string): Promise<Task>
  /** A guest that must be there. */
  guest(vmid: number): Guest
  /** Makes a bridge exist on a node. */
  addBridge(node: string, name: string, vlanAware: boolean): void
  /** Gives a user's token these privileges at a path, and nothing else; returns the token as a client sends it. */
  tokenWith(name: string, grants: Readonly<Record<string, string>>): string
  close(): void
}

/** Template 9000 on shared storage, 9001 on pve1's own, both of 1 GiB, on three nodes of 8 cores and 16 GiB. */
export const usualCluster: ClusterDescription = {
  nodes: ['pve1', 'pve2', 'pve3'].map((name) => ({ name, cores: 8, memory_gib: 16 })),
  templates: [
    { name: 'debian', vmid: 9000, node: 'pve1', storage: 'shared', disk_gib: 1 },
    { name: 'windows', vmid: 9001, node: 'pve1', storage: 'local', disk_gib: 1, ostype: 'win10' },
  ],
}

const parsed = (text: string | undefined): Record<string, unknown> => {
  const value: unknown = text === undefined || !text.startsWith('{') ? {} : JSON.parse(text)
  return typeof value === 'object' && value !== null ? { ...value } : {}
}

const errorsOf = (value: unknown): Readonly<Record<string, string>> =>
  typeof value === 'object' && value !== null
    ? Object.fromEntries(Object.entries(value).map(([name, text]) => [name, String(text)]))
    : {}

const form = (params: Params): string =>
  Object.entries(params)
    .map(([name, value]) => `${encodeURIComponent(name)}=${encodeURIComponent(String(value))}`)
    .join('&')

/** Sets a cluster up; statistics are pushed every 10 s as usual. */
export const guestBench = (
  description: ClusterDescription = usualCluster,
  durations: Partial<Durations> = {},
): Bench => {
  const clock = virtualClock()
  const world = clusterFrom(description, clock.now())
  const closing = new AbortController()
  setMaxListeners(0, closing.signal)
  const sim: Simulation = {
    world,
    clock,
    durations: { ...realisticDurations, ...durations },
    locks: lockTable(),
    faults: faultScript(),
    closed: closing.signal,
    fingerprintOf: () => '',
  }
  const root = [...(world.access.users.get('root@pam')?.tokens ?? [])][0]
  const rootToken = `root@pam!${root?.[0] ?? ''}=${root?.[1].secret ?? ''}`
  for (const node of world.nodes.values()) void publishStatistics(sim, node)

  const send: Bench['send'] = async (method, path, params = {}, as = rootToken) => {
    const inQuery = method === 'GET' || method === 'DELETE'
    const text = form(params)
    const [node] = world.nodes.values()
    if (node === undefined) throw new Error('a cluster needs a node')
    const answer = await answerRequest(sim, routes, node, {
      method,
      url: `/api2/json${path}${inQuery && text !== '' ? `?${text}` : ''}`,
      headers: { authorization: `PVEAPIToken=${as}`, 'content-type': 'application/x-www-form-urlencoded' },
      body: inQuery ? '' : text,
    })
    const body = parsed(answer.body)
    return { status: answer.status, reason: answer.reason, data: body['data'], errors: errorsOf(body['errors']) }
  }

  const until: Bench['until'] = async (promise) => {
    const progress = { settled: false }
    const settle = (): void => {
      progress.settled = true
    }
    promise.then(settle, settle)
    await clock.advance(0)
    while (!progress.settled) await clock.advance(Math.max(1, (clock.wakes()[0] ?? clock.now()) - clock.now()))
    return promise
  }

  const ask: Bench['ask'] = (...request) => until(send(...request))
  return {
    sim,
    world,
    clock,
    send,
    until,
    ask,
    run: async (...request) => {
      const { data, status, reason } = await ask(...request)
      const task = world.tasks.find((one) => one.upid === data)
      if (task === undefined) throw new Error(`no task was started: ${status} ${reason}`)
      await until(task.done)
      return task
    },
    guest: (vmid) => {
      const guest = world.guests.get(vmid)
      if (guest === undefined) throw new Error(`no guest ${vmid}`)
      return guest
    },
    addBridge: (name, bridge, vlanAware) => {
      const node = world.nodes.get(name)
      if (node !== undefined) node.bridges = new Map([...node.bridges, [bridge, { vlanAware }]])
    },
    tokenWith: (name, grants) => {
      const userid = `${name}@pve`
      const tokens = new Map([['t', { secret: 'sesame', privsep: false, expire: 0 }]])
      world.access.users.set(userid, {
        userid,
        enable: true,
        expire: 0,
        password: undefined,
        email: undefined,
        comment: undefined,
        tokens,
      })
      for (const [index, [path, privileges]] of Object.entries(grants).entries()) {
        const roleid = `${name}${index}`
        world.access.roles.set(roleid, { special: false, privileges: new Set(privileges.split(' ')) })
        world.access.acl.push({ path, type: 'user', ugid: userid, roleid, propagate: true })
      }
      return `${userid}!t=sesame`
    },
    close: () => closing.abort(new Error('closed')),
  }
}
