import { expect } from 'chai'
import type { Api } from '../../../adapters/proxmox/api.ts'
import { createTemplates, type Templates } from '../../../adapters/proxmox/templates.ts'
import { ProxmoxError } from '../../../model/proxmox-error.ts'
import { guest } from '../../builders/cluster.ts'
import { quickClock } from './quick-clock.ts'

const templatesWith = (config: Readonly<Record<string, string>>) => {
  const api: Pick<Api, 'read' | 'peek'> = {
    read: async (_call, _names, _params, schema) => schema.parse(config),
    peek: async (_call, _names, _params, schema) => schema.parse({ data: config }),
  }
  return createTemplates(api, quickClock())
}

describe('the storage that a linked clone comes to be on', () => {
  const { signal } = new AbortController()
  const template = { vmid: 9000, node: 'pve1' }

  it("is its first disk's, not that of a CD image", async () => {
    const templates = templatesWith({
      ide2: 'local:iso/virtio.iso,media=cdrom,size=1M',
      net0: 'virtio=BC:24:11:FE:FA:70,bridge=vmbr0',
      scsi0: 'shared:9000/base-9000-disk-0.qcow2,size=1G',
    })
    expect(await templates.storageOfClones(template, signal)).to.equal('shared')
  })

  it('is unknown for a template without disks', async () => {
    const templates = templatesWith({ ide2: 'none,media=cdrom', smbios1: 'uuid=x:y' })
    expect(await templates.storageOfClones(template, signal)).to.equal(undefined)
  })
})

describe('a template whose configuration its node does not tell', () => {
  const { signal } = new AbortController()
  const guests = [guest(9000, { node: 'pve1', name: 'debian', template: true })]
  const online = new Set(['pve1'])
  const among = (templates: Templates) => templates.among(guests, online, signal)
  const saying = (answers: readonly (Readonly<Record<string, string>> | Error)[], clock = quickClock()) => {
    const left = [...answers]
    const api: Pick<Api, 'read' | 'peek'> = {
      read: () => Promise.reject(new Error('it is not waited for')),
      peek: async (_call, _names, _params, schema) => {
        const next = left.shift()
        if (next === undefined || next instanceof Error) throw next ?? new Error('asked too often')
        return schema.parse({ data: next })
      },
    }
    return createTemplates(api, clock)
  }
  const DISK = { scsi0: 'shared:9000/base-9000-disk-0.qcow2,size=1G' }

  for (const error of [
    new ProxmoxError('transport', 'GET', 'no answer in time'),
    new ProxmoxError('forbidden', 'GET', 'lacks VM.Audit'),
  ])
    it(`is there, with why nothing is known of its disks (${error.message})`, async () => {
      const [seen] = await among(saying([error]))
      expect(seen).to.include({ vmid: 9000, unread: error.message })
    })

  it('is as it was read last', async () => {
    const clock = quickClock()
    const templates = saying([DISK, new ProxmoxError('transport', 'GET', 'no answer in time')], clock)
    const first = await among(templates)
    await clock.sleep(1_000_000)
    expect(await among(templates)).to.deep.equal(first)
  })
})
