import { expect } from 'chai'
import { ProxmoxError, type ProxmoxErrorKind } from '../../model/proxmox-error.ts'
import { outcomeOfError } from '../../reconcilers/outcome-of-error.ts'

describe('outcomeOfError', () => {
  it('stalls on what no repetition mends, and retries the rest, bugs among them', () => {
    const kindOf = (error: unknown) => outcomeOfError(error)
    expect(kindOf(new ProxmoxError('forbidden', 'GET /', 'no right'))).to.deep.equal({
      kind: 'stalled',
      error: 'no right',
    })
    expect(kindOf(new ProxmoxError('locked', 'GET /', 'held; wait'))).to.deep.equal({
      kind: 'retry',
      error: 'held; wait',
    })
    expect(kindOf(new TypeError('bug'))).to.deep.equal({ kind: 'retry', error: 'bug' })
    expect(kindOf('text')).to.deep.equal({ kind: 'retry', error: 'text' })
  })
})

describe('an error of Proxmox that says nothing of what to do', () => {
  const said = (kind: ProxmoxErrorKind, message: string): string => {
    const outcome = outcomeOfError(new ProxmoxError(kind, 'POST /pools', message))
    return 'error' in outcome ? outcome.error : ''
  }

  it('is told with it, and one that does as it is', () => {
    expect(said('node-unreachable', 'POST /pools: 595 No route to host')).to.equal(
      'POST /pools: 595 No route to host; see that the node is up, and that its pveproxy and pvedaemon answer',
    )
    expect(said('unexpected-reply', 'POST /pools: 500 boo')).to.match(/boo; if it stays so, see Proxmox' task log/)
    expect(said('unexpected-reply', 'POST /pools: boo; go away')).to.equal('POST /pools: boo; go away')
  })
})
