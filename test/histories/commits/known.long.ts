import { expect } from 'chai'
import { liveCommits } from './commit-history.ts'
import type { CommitHistory } from './commit-steps.ts'

/** Histories of commits that once went wrong, as short as they can be told, and those that chance brings too seldom. */
const KNOWN: Readonly<Record<string, CommitHistory>> = {
  'tells a content as reached only once VMs are like that which an earlier life has left as they were': {
    verify: 'off',
    prunes: false,
    events: [
      { when: 'at once', step: { kind: 'server', is: 'unreachable' } },
      { when: 'at rest', step: { kind: 'end', how: 'killed, and its state deleted' } },
    ],
  },
  'has a wave wait for a range whose order to be destroyed its file has overtaken': {
    verify: 'off',
    prunes: false,
    events: [
      { when: 'at once', step: { kind: 'destroy', range: 'JD' } },
      { when: 'at once', step: { kind: 'branch', does: 'amended' } },
    ],
  },
  'prunes VMs of a file that was there for less time than lies between two looks, over a restart': {
    verify: 'off',
    prunes: true,
    events: [
      {
        when: { request: 'look', phase: 'arrived' },
        step: { kind: 'push', changes: [{ range: 'JD', does: 'delete' }], as: 'one', signed: true },
      },
      { when: { request: 'lock', phase: 'arrived' }, step: { kind: 'end', how: 'stopped' } },
      { when: 'at rest', step: { kind: 'pass', minutes: 1 } },
    ],
  },
  'writes nothing of a newer content while its range is frozen': {
    verify: 'off',
    prunes: false,
    events: [
      { when: 'at rest', step: { kind: 'freeze', range: 'JD', allow: [] } },
      {
        when: 'at once',
        step: { kind: 'push', changes: [{ range: 'JD', does: 'change' }], as: 'one', signed: true },
      },
      { when: 'at once', step: { kind: 'pass', minutes: 1 } },
    ],
  },
  'reads a content of one commit and nothing of the next, which comes in force meanwhile': {
    verify: 'off',
    prunes: false,
    events: [
      { when: 'at rest', step: { kind: 'amid a read' } },
      {
        when: 'at once',
        step: { kind: 'push', changes: [{ range: 'JD', does: 'change' }], as: 'one', signed: true },
      },
    ],
  },
  'follows a history that was rewritten after its folder was emptied': {
    verify: 'off',
    prunes: true,
    events: [
      { when: 'at rest', step: { kind: 'branch', does: 'emptied' } },
      { when: 'at once', step: { kind: 'branch', does: 'amended' } },
    ],
  },
}

describe('a history of commits that once went wrong', function () {
  this.timeout(100_000)
  for (const [name, history] of Object.entries(KNOWN))
    it(name, async () => {
      expect(await liveCommits(history, false)).to.deep.equal([])
    })
})
