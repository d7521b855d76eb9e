import { expect } from 'chai'
import { clusterOf, otherClusterOf } from '../../../reconcilers/migration/journal-cluster.ts'
import { node } from '../../builders/cluster.ts'

const here = (names: readonly string[], clusterName?: string) => ({
  nodes: names.map((name) => node(name)),
  ...(clusterName === undefined ? {} : { clusterName }),
})
const isAnothers = (was: ReturnType<typeof here>, now: ReturnType<typeof here>): boolean =>
  otherClusterOf({ begunAt: 1, zone: 'ludus', natBridge: 'vmbr1000', nics: [], cluster: clusterOf(was) }, now) !==
  undefined

describe('the cluster that a journal names', () => {
  it('is this one while a node is left of it, and no other name was given', () => {
    expect(isAnothers(here(['pve1']), here(['pve1']))).to.equal(false)
    expect(isAnothers(here(['pve1']), here(['pve1', 'pve2'], 'lab'))).to.equal(false)
    expect(isAnothers(here(['pve1', 'pve2'], 'lab'), here(['pve2', 'pve3'], 'lab'))).to.equal(false)
  })

  it('is another where its name or all of its nodes are others', () => {
    expect(isAnothers(here(['pve1'], 'lab'), here(['pve1'], 'prod'))).to.equal(true)
    expect(isAnothers(here(['pve1']), here(['pve']))).to.equal(true)
  })

  it('is not known of an older journal', () => {
    const old = { begunAt: 1, zone: 'ludus', natBridge: 'vmbr1000', nics: [] }
    expect(otherClusterOf(old, here(['pve1']))).to.equal(undefined)
  })
})
