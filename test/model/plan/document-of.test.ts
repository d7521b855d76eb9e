import { expect } from 'chai'
import { documentOf } from '../../../model/plan/document-of.ts'
import { planDocument } from '../../builders/plan-document.ts'
import { planReport } from '../../builders/plan-report.ts'

const commit = { id: 'c'.repeat(40), parents: [], tree: '', author: 'Ann', at: 0, subject: 'x' }
const REPORT = planReport({
  proposal: {
    commit,
    against: undefined,
    isRemembered: false,
    standing: { kind: 'other' },
    refusal: {
      finding: { reason: 'NotTrusted', message: 'it is not signed', refused: { commit: commit.id, why: 'no' } },
      approvable: false,
    },
    leaving: [],
  },
})

describe('documentOf', () => {
  it('tells of a refused commit what its page says, and nothing of what others are told of it', () => {
    const document = planDocument.parse(documentOf(REPORT, 'blocked'))
    expect(document.commit?.refused).to.deep.equal({
      reason: 'NotTrusted',
      message: 'it is not signed',
      approvable: false,
    })
  })
})
