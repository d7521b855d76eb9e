import { expect } from 'chai'
import { areOurs, makingOf, notesOf } from '../../model/vm-notes.ts'
import { router, vm } from '../builders/range.ts'

const MAKING = { range: 'JD', vmid: 3_010_011, configured: false }

describe("a VM's notes", () => {
  const groupsOf = (spec: Parameters<typeof notesOf>[0]): unknown => {
    const { groups }: { groups: unknown } = JSON.parse(notesOf(spec, MAKING))
    return groups
  }

  it("tell Ludus' Ansible the groups of the VM", () => {
    expect(groupsOf(vm('x', { ansibleGroups: ['dc'] }))).to.deep.equal(['JD', 'JD_windows_endpoints', 'dc'])
    expect(groupsOf(vm('x', { os: 'linux' }))).to.deep.equal(['JD', 'JD_linux_endpoints'])
    const controller = ['JD', 'JD_test_range_network', 'JD_test_range_dc']
    expect(groupsOf(vm('x', { domainController: true }))).to.deep.equal(controller)
    expect(groupsOf(router('JD'))).to.deep.equal(['JD', 'JD_router'])
  })

  it('tell of its making, with the line feed that Proxmox adds as well', () => {
    expect(makingOf(`${notesOf(vm('x'), MAKING)}\n`)).to.deep.equal(MAKING)
    expect(makingOf(notesOf(vm('x'), { ...MAKING, configured: true }))?.configured).to.equal(true)
  })

  const others: readonly (readonly [string, string | undefined, boolean])[] = [
    ['that are missing', undefined, true],
    ['that are empty', ' \n', true],
    ['of a person', 'of Ann; ask before use', false],
    ['of a person who likes JSON', '"mine"', false],
    ['of Ludus', '{"groups":["JD"]}', true],
    ['in which a person changed what they say of its making', '{"lanista":{"vmid":"3010011"}}', false],
  ]
  for (const [situation, notes, ours] of others)
    it(`tell nothing of its making in notes ${situation}`, () => {
      expect(makingOf(notes)).to.equal(undefined)
      expect(areOurs(notes)).to.equal(ours)
    })
})
