import { expect } from 'chai'
import { ProxmoxError } from '../../model/proxmox-error.ts'
import { outcomeOfError } from '../../reconcilers/outcome-of-error.ts'

describe('outcomeOfError', () => {
  it('stalls on what no repetition mends, and retries the rest, bugs among them', () => {
    const kindOf = (error: unknown) => outcomeOfError(error)
    expect(kindOf(new ProxmoxError('forbidden', 'GET /', 'no right'))).to.deep.equal({
      kind: 'stalled',
      error: 'no right',
    })
    expect(kindOf(new ProxmoxError('locked', 'GET /', 'held'))).to.deep.equal({ kind: 'retry', error: 'held' })
    expect(kindOf(new TypeError('bug'))).to.deep.equal({ kind: 'retry', error: 'bug' })
    expect(kindOf('text')).to.deep.equal({ kind: 'retry', error: 'text' })
  })
})
