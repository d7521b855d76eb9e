import type { RangeView } from '../../model/api/range-view.ts'

/** Whether a range whose file is gone waits for a person's approval to go. */
export const waitsForApproval = ({ reason }: RangeView): boolean => reason === 'PruneWaits'

/** The commit that a message says can be approved of; undefined where it says no such thing. */
export const approvableCommit = (message: string): string | undefined =>
  /lanista approve --commit ([0-9a-f]{7,64})/.exec(message)?.[1]
