import { expect } from 'chai'
import { asKind, configKeys, valueAt, withValueAt } from '../../model/config-keys.ts'

describe('the settings', () => {
  it('have a variable each, none of which is the token itself', () => {
    const variables = configKeys.map(({ variable }) => variable)
    expect(new Set(variables).size).to.equal(variables.length)
    expect(variables).to.include.members(['LANISTA_SDN_ZONE', 'LANISTA_RESYNC', 'LANISTA_PROXMOX_TOKEN_FILE'])
    expect(variables).not.to.include('LANISTA_PROXMOX_TOKEN')
  })

  it('are of the kind that the schema has', () => {
    const kinds = Object.fromEntries(configKeys.map(({ name, kind }) => [name, kind]))
    expect(kinds).to.include({
      proxmox_node: 'text',
      proxmox_vm_storage_format: 'text',
      cluster_mode: 'boolean',
      vxlan_tag_base: 'number',
      reserved_range_numbers: 'numbers',
      'lanista.resync': 'text',
      'lanista.vmid_base': 'number',
      'lanista.proxmox.hosts': 'texts',
    })
  })

  it('leave a value as it is that is none of their kind', () => {
    const strange = [{}, [], 'x', undefined, null]
    expect(strange.map((value) => asKind('boolean', value))).to.deep.equal(strange)
    expect(strange.map((value) => asKind('number', value))).to.deep.equal(strange)
  })

  it('are put into a configuration without changing the old one, and not through what is no map', () => {
    const before = { a: 1 }
    const after = withValueAt(before, ['lanista', 'http', 'listen'], 'x')
    expect(valueAt(after, ['lanista', 'http', 'listen'])).to.equal('x')
    expect(before).to.deep.equal({ a: 1 })
    expect(withValueAt({ lanista: 5 }, ['lanista', 'resync'], '1s')).to.deep.equal({ lanista: 5 })
  })
})
