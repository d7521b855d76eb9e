import { expect } from 'chai'
import type { Api } from '../../../adapters/proxmox/api.ts'
import { UnknownCall } from '../../../adapters/proxmox/errors.ts'
import { createPlugs } from '../../../adapters/proxmox/plugs.ts'

describe('which NICs are plugged in', () => {
  it('is asked of each node, though another one does not know the call, and again of that one some day', async () => {
    const asked: string[] = []
    let known = new Set(['pve2'])
    const peek: Api['peek'] = async (call, names, _params, schema) => {
      const node = String(Object.values(names)[0])
      asked.push(node)
      if (!known.has(node)) throw new UnknownCall(call, 'not implemented')
      return schema.parse({ data: [{ name: 'r1', ports: [{ name: 'tap7i0', vmid: '7', index: 'net0' }] }] })
    }
    let now = 0
    const plugs = createPlugs({ peek }, { now: () => now })
    const { signal } = new AbortController()
    const on = async (node: string) => Array.from((await plugs.on(node, 'ludus', signal))?.get('r1') ?? [])
    expect(await on('pve1')).to.deep.equal([])
    expect(await on('pve2')).to.deep.equal(['7 net0'])
    now = 60_000
    await on('pve1')
    expect(asked).to.deep.equal(['pve1', 'pve2'])
    known = new Set(['pve1', 'pve2'])
    now = 601_000
    expect(await on('pve1')).to.deep.equal(['7 net0'])
  })
})
