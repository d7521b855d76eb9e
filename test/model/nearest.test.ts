import { expect } from 'chai'
import { nearest } from '../../model/nearest.ts'

describe('nearest', () => {
  const keys = ['memory', 'hostname', 'vlan', 'vm_name', 'linux', 'cpus']

  it('finds what was meant: a letter missing, doubled, swapped, replaced, or of the other case', () => {
    for (const [word, meant] of [
      ['memroy', 'memory'],
      ['hostnam', 'hostname'],
      ['vllan', 'vlan'],
      ['vm-name', 'vm_name'],
      ['Linux', 'linux'],
      ['CPUS', 'cpus'],
    ] as const)
      expect(nearest(word, keys), word).to.equal(meant)
  })

  it('takes the nearest of several', () => expect(nearest('pve2', ['pve1', 'pve2', 'pve22'])).to.equal('pve2'))

  it('takes of two that are equally near the one that begins like it', () => {
    expect(nearest('of', ['on', 'off', 'keep'])).to.equal('off')
    expect(nearest('o', ['off', 'on'])).to.equal('on')
    expect(nearest('pve', ['pve1', 'pve2'])).to.equal('pve1')
  })

  it('finds nothing where nothing is near', () => {
    for (const word of ['storage', 'x', '', 'm'.repeat(10_000)]) expect(nearest(word, keys), word).to.equal(undefined)
    expect(nearest('memroyy', ['memory'], 1)).to.equal(undefined)
  })
})
