import { expect } from 'chai'
import { readdirSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { CALLS, encodeParams, requestFor } from '../../../adapters/proxmox/calls.ts'

const SOURCES = path.resolve('adapters', 'proxmox')
const sources = readdirSync(SOURCES).map((file) => ({ file, text: readFileSync(path.join(SOURCES, file), 'utf8') }))

describe('what can be asked of Proxmox', () => {
  it('has no call that migrates a guest', () => {
    expect(CALLS.filter((call) => /migrate|relocate/i.test(call))).to.deep.equal([])
  })

  it('has no call that writes an SDN zone, and deletes nothing but VNets, the SDN lock, bridges, what is staged, pools and VMs', () => {
    expect(CALLS.filter((call) => call.includes('/sdn/zones') && !call.startsWith('GET '))).to.deep.equal([])
    expect(CALLS.filter((call) => !/^(GET|POST|PUT) \//.test(call))).to.deep.equal([
      'DELETE /cluster/sdn/vnets/{vnet}',
      'DELETE /cluster/sdn/lock',
      'DELETE /nodes/{node}/network/{iface}',
      // What `migrate finish` has staged itself, and nothing else is staged beside.
      'DELETE /nodes/{node}/network',
      'DELETE /pools/{poolid}',
      'DELETE /nodes/{node}/qemu/{vmid}',
    ])
  })

  it('is said in one file only: no other source has a path of the API but as one of the calls', () => {
    for (const { file, text } of sources) {
      if (file === 'calls.ts') continue
      const code = text.replaceAll(/\/\*[\s\S]*?\*\/|\/\/.*$/gm, '')
      const said = code.match(/['"`](GET|POST|PUT|DELETE) \/[^'"`]*['"`]/g) ?? []
      for (const literal of said) expect(CALLS, `${file}: ${literal}`).to.include(literal.slice(1, -1))
      // Shell lines that a message shows to a person are no calls.
      const rest = code.replaceAll(/['"`](GET|POST|PUT|DELETE) \/[^'"`]*['"`]|pvesh delete [^'"`]*|'pvesh/g, '')
      expect(rest, file).not.to.match(/\/(cluster|nodes|pools|access|storage)\//)
      expect(rest, file).not.to.match(/migrate\b/i)
    }
  })

  it('is sent by one file only', () => {
    const senders = sources.filter(({ text }) => /from 'axios'|https\.request|fetch\(/.test(text))
    expect(senders.map(({ file }) => file)).to.deep.equal(['http.ts'])
  })

  it('fills in names percent-encoded for the path, and plainly for people', () => {
    const upid = 'UPID:pve1:00:00:00:qmclone:9000:ludus@pve!ctl:'
    const request = requestFor('GET /nodes/{node}/tasks/{upid}/status', { node: 'pve1', upid }, {})
    expect(request).to.include({
      method: 'GET',
      path: '/nodes/pve1/tasks/UPID%3Apve1%3A00%3A00%3A00%3Aqmclone%3A9000%3Aludus%40pve!ctl%3A/status',
      title: `GET /nodes/pve1/tasks/${upid}/status`,
    })
    const nasty = requestFor('GET /nodes/{node}/qemu/{vmid}/config', { node: '../x/{vmid}', vmid: 1 }, {})
    expect(nasty.path).to.equal('/nodes/..%2Fx%2F%7Bvmid%7D/qemu/1/config')
  })

  it('encodes parameters so that Proxmox does not split them', () => {
    expect(encodeParams({ tags: 'a;b', description: 'ä & b=c\n%', memory: 512 })).to.equal(
      'tags=a%3Bb&description=%C3%A4%20%26%20b%3Dc%0A%25&memory=512',
    )
  })
})
