import { connectProxmox, type ProxmoxDeps, type ProxmoxSettings } from '../../../adapters/proxmox/connect.ts'
import type { RequestSeen } from '../../../adapters/proxmox/api.ts'
import { LockTimeout } from '../../../adapters/proxmox/errors.ts'
import { createLanes } from '../../../adapters/proxmox/lanes.ts'
import type { Proxmox } from '../../../model/ports.ts'
import { startVirtualTime } from '../../builders/virtual-time.ts'
import { fakeApi, type FakeApi, type Reply } from './fake-api.ts'
import { quickClock, type QuickClock } from './quick-clock.ts'

export const SECRET = '11111111-1111-4111-8111-111111111111'
export const TOKEN_ID = 'ludus@pve!ctl'
export const UPID = 'UPID:pve1:0000014A:000673BE:6B02983C:qmclone:9000:ludus@pve!ctl:'

/** The real client against a scripted API, in virtual time until it is closed. */
export interface Connected {
  readonly api: FakeApi
  readonly proxmox: Proxmox
  readonly clock: QuickClock
  readonly seen: RequestSeen[]
  /** Everything logged, as text. */
  readonly logged: string[]
  readonly signal: AbortSignal
  readonly deps: ProxmoxDeps
  close(): Promise<void>
}

export const connected = async (
  script: Readonly<Record<string, Reply | Reply[]>>,
  settings: Partial<ProxmoxSettings> = {},
  otherHosts: readonly string[] = [],
  /** Real time is for what happens before any request: until then nobody knows that only time can go on. */
  time: 'virtual' | 'real' = 'virtual',
): Promise<Connected> => {
  let backToRealTime: (() => void) | undefined = time === 'virtual' ? startVirtualTime() : undefined
  const api = await fakeApi(script)
  const clock = quickClock()
  const seen: RequestSeen[] = []
  const logged: string[] = []
  const log = (message: string, fields?: Readonly<Record<string, unknown>>): void => {
    logged.push(`${message} ${JSON.stringify(fields ?? {})}`)
  }
  const random = (): number => 0.5
  const lanes = createLanes({ clock, random, isCongestion: (error) => error instanceof LockTimeout })
  const deps: ProxmoxDeps = {
    clock,
    random,
    logger: { info: log, warn: log, error: log },
    lanes,
    onRequest: (request) => {
      seen.push(request)
    },
  }
  const proxmox = connectProxmox(
    {
      hosts: [...otherHosts, api.url],
      token: `${TOKEN_ID}=${SECRET}`,
      tls: { kind: 'fingerprint', sha256: api.fingerprint },
      ...settings,
    },
    deps,
  )
  return {
    api,
    proxmox,
    clock,
    seen,
    logged,
    deps,
    signal: new AbortController().signal,
    close: async () => {
      proxmox.close()
      await api.close()
      backToRealTime?.()
      backToRealTime = undefined
    },
  }
}

/** A running task of the cluster's list, or one that ended with the given text. */
export const taskRow = (upid: string, ending?: string): Readonly<Record<string, unknown>> => ({
  upid,
  node: upid.split(':')[1],
  type: upid.split(':')[5],
  id: upid.split(':')[6],
  starttime: 1_795_332_156,
  ...(ending === undefined ? {} : { endtime: 1_795_332_160, status: ending }),
})
