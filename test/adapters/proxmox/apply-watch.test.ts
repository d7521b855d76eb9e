import { expect } from 'chai'
import type { Api } from '../../../adapters/proxmox/api.ts'
import { applyProgress } from '../../../adapters/proxmox/apply-log.ts'
import { createWatchApply } from '../../../adapters/proxmox/apply-watch.ts'
import { virtualClock } from '../../../adapters/simulator/clock.ts'
import type { ApplyProgress } from '../../../model/network-ports.ts'
import { ProxmoxError, type ProxmoxErrorKind } from '../../../model/proxmox-error.ts'

const UPID = 'UPID:pve1:000000E2:00077F08:6B029AE8:reloadnetworkall::ludus@pve!ctl:'
const begins = (node: string): string => `${node}: reloading network config`
const FAILED = "command 'ifreload -a' failed: exit code 1"
const { signal } = new AbortController()

/** Follows an apply whose log begins a line more every so many seconds, or can't be read. */
async function watched(
  lines: readonly string[],
  everySeconds: number,
  fails?: ProxmoxErrorKind,
): Promise<{ readonly last: ApplyProgress; readonly seconds: number }> {
  const clock = virtualClock()
  const began = clock.now()
  const seconds = (): number => (clock.now() - began) / 1000
  const api: Pick<Api, 'peek'> = {
    peek: async (_call, _names, _params, schema) => {
      if (fails !== undefined) throw new ProxmoxError(fails, 'GET log', fails)
      return schema.parse({ data: lines.slice(0, 1 + Math.floor(seconds() / everySeconds)).map((t, n) => ({ n, t })) })
    },
  }
  const watch = { onProgress: () => undefined, patience: () => 30_000 }
  const last = await clock.runUntil(createWatchApply({ api, clock })(UPID, watch, signal))
  return { last, seconds: seconds() }
}

describe('the log of an apply', () => {
  it('tells of a node that the apply stands at that it is not through', () => {
    const { through, at } = applyProgress(UPID, [begins('pve1'), begins('pve3'), FAILED, begins('pve2')])
    expect([...through]).to.deep.equal([
      ['pve1', undefined],
      ['pve3', FAILED],
    ])
    expect(at).to.equal('pve2')
  })

  it('is followed for as long as the apply goes on, however long all nodes take together', async () => {
    const nodes = ['pve1', 'pve2', 'pve3', 'pve4', 'pve5', 'pve6']
    const { last, seconds } = await watched(nodes.map(begins), 20)
    expect([last.at, last.through.size]).to.deep.equal(['pve6', 5])
    expect(seconds).to.be.within(130, 140)
  })

  it('that nobody can read is waited for no longer than a node that hangs', async () => {
    const { last, seconds } = await watched([], 1, 'node-unreachable')
    expect([last.at, last.through.size]).to.deep.equal([undefined, 0])
    expect(seconds).to.be.within(30, 33)
  })

  it('is not waited for when the token is refused', async () => {
    const refused: unknown = await watched([], 1, 'unauthorized').catch((error: unknown) => error)
    expect(refused).to.have.property('kind', 'unauthorized')
  })
})
