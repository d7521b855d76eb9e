import { expect } from 'chai'
import type { Api } from '../../../adapters/proxmox/api.ts'
import { createTemplates } from '../../../adapters/proxmox/templates.ts'
import { quickClock } from './quick-clock.ts'

const templatesWith = (config: Readonly<Record<string, string>>) => {
  const api: Pick<Api, 'read'> = {
    read: async (_call, _names, _params, schema) => schema.parse(config),
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
