import { expect } from 'chai'
import { reloadingNodes } from '../../reconcilers/reloading-nodes.ts'
import { cluster, node } from '../builders/cluster.ts'

describe('reloadingNodes', () => {
  const nodes = [node('pve1'), node('pve2'), node('pve3', { online: false })]
  const reloading = (type: string, at: string) =>
    [...reloadingNodes(cluster({ nodes, runningTasks: [{ upid: 'x', node: at, type, id: '' }] }))].sort()

  it('are those with a reload of their own, and all that are on while an apply reloads one after the other', () => {
    expect(reloading('srvreload', 'pve2')).to.deep.equal(['pve2'])
    expect(reloading('reloadnetworkall', 'pve1')).to.deep.equal(['pve1', 'pve2'])
  })

  it('are none where nothing of the kind runs', () => {
    expect(reloading('qmclone', 'pve1')).to.deep.equal([])
    expect(reloadingNodes(cluster({ nodes })).size).to.equal(0)
  })

  it('are none for a task of a node that is off', () => {
    expect(reloading('srvreload', 'pve3')).to.deep.equal([])
    expect(reloading('reloadnetworkall', 'pve3')).to.deep.equal([])
  })
})
