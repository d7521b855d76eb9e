import { expect } from 'chai'
import { type Condition, readyOf } from '../../model/condition.ts'

const condition = (status: Condition['status'], reason: string): Condition => ({
  type: 'NetworkReady',
  status,
  reason,
  message: `message of ${reason}`,
})
const [good, bad, worse, dark] = [
  condition('True', 'Ok'),
  condition('False', 'Bad'),
  condition('False', 'Worse'),
  condition('Unknown', 'Dark'),
]

describe('readyOf', () => {
  const rows: readonly [string, readonly Condition[], Condition['status'], string][] = [
    ['is unknown before anything was looked at', [], 'Unknown', 'Pending'],
    ['is true when all are', [good, good], 'True', 'Ready'],
    ['repeats the first that is false', [good, bad, worse], 'False', 'Bad'],
    ['prefers a known trouble to an unknown one before it', [dark, bad], 'False', 'Bad'],
    ['repeats what is unknown when nothing is false', [good, dark], 'Unknown', 'Dark'],
  ]
  for (const [situation, conditions, status, reason] of rows) {
    it(situation, () => {
      const ready = readyOf(conditions)
      expect(ready).to.include({ type: 'Ready', status, reason })
      const cause = conditions.find((each) => each.reason === reason)
      if (cause !== undefined) expect(ready.message).to.equal(cause.message)
    })
  }
})
