import type { GitStatus } from '../../model/accepted-commit.ts'
import { shortId } from '../../model/commit-snapshot.ts'
import type { CommitStatus } from '../../model/forge.ts'
import type { RangeStatus } from '../../model/range-status.ts'
import { publicText } from './public-text.ts'
import { leavingIn } from './leaving-ranges.ts'
import { type RangeStanding, standingOf } from './range-standing.ts'

/** All that is known when it is judged what a forge should be told. */
export interface ForgeView {
  readonly git: Pick<GitStatus, 'commit' | 'finding'>
  /** Ids of the ranges that the commit in force has a file of. */
  readonly ids: readonly string[]
  readonly statuses: readonly RangeStatus[]
  /** Ranges whose file has changed, and whose status speaks of what it said before. */
  readonly stale: ReadonlySet<string>
  /** Commits that came in force, or with one that did, in this life; of others nothing is told any more. */
  readonly live: ReadonlySet<string>
  /** The context of a whole commit. */
  readonly name: string
  readonly apiUrls: readonly string[]
}

/** So many ranges of a commit have a status of their own. */
const MOST_RANGES = 50

/** What is told of work that goes on: it takes the place of nothing that says more. */
const WORKING = 'working'
/** Ends what is told of what was reached before: it takes not the place of that it was. */
const SINCE = ' since'
/** Begins what is told while a range is there whose file is gone: it takes not the place of what was reached, either. */
const LEAVING = 'leaving'
/** Begins what is told of a commit that is not taken. */
const REFUSED = 'refused'

interface Seen {
  readonly id: string
  /** That brought what the range's file says; undefined where that is not known. */
  readonly commit: string | undefined
  readonly standing: RangeStanding
}

/**
 * What a forge should be told now: of the commit in force how all ranges stand, of each live commit how the ranges stand whose file it
 * changed last, and of a commit that is not taken why.
 */
export function wantedStatuses(view: ForgeView): readonly CommitStatus[] {
  const { git, name } = view
  const seen = seenIn(view)
  const ofRanges = [...view.live].flatMap((commit) => {
    const ranges = seen.filter((each) => each.commit === commit)
    return ranges.slice(0, MOST_RANGES).map((each) => rangeStatus(commit, each, view))
  })
  const refused = git.finding?.refused
  const isInForceToo = refused?.commit === git.commit?.id
  return [
    ...(git.commit === undefined || (refused !== undefined && isInForceToo)
      ? []
      : [wholeStatus(git.commit.id, seen, view)]),
    ...ofRanges,
    ...(refused === undefined || git.finding === undefined
      ? []
      : [
          status(refused.commit, name, 'failure', `${REFUSED} ${git.finding.reason}`, {
            description: publicText(`${git.finding.reason}: ${refused.why}`, view.apiUrls),
          }),
        ]),
  ]
}

/** What is told of something pending in place of which a newer commit has come. */
export const supersededBy = (said: CommitStatus, commit: string): CommitStatus => ({
  ...said,
  state: 'superseded',
  description: `commit ${shortId(commit)} came before this was reached; see there`,
  tail: '',
  about: 'superseded',
})

/** Whether what is wanted is to be told to who was told that; undefined: nothing yet. */
export function isNews(said: CommitStatus | undefined, wanted: CommitStatus): boolean {
  // What became since of what was reached is nobody's news, even where that was told in another life.
  if (said === undefined) return !wanted.about.endsWith(SINCE)
  if (said.state === wanted.state && said.about === wanted.about) return false
  if (said.state === 'success' && (wanted.about.endsWith(SINCE) || wanted.about.startsWith(LEAVING))) return false
  // Each further attempt of a range that has failed is work; it stands as failed until it is reached.
  return !(isWork(wanted) && said.state === 'failure' && !said.about.startsWith(REFUSED))
}

/** Whether it tells no more than that work goes on. */
export const isWork = ({ about }: CommitStatus): boolean => about === WORKING || about === `${WORKING}${SINCE}`

/** All ranges of the commit in force, in order of id. */
function seenIn({ ids, statuses, stale }: ForgeView): readonly Seen[] {
  const byId = new Map(statuses.map((each) => [each.id, each]))
  return [...ids].sort().map((id) => {
    const status = byId.get(id)
    if (status === undefined || stale.has(id))
      return { id, commit: undefined, standing: { kind: 'working', wasReached: false } }
    return { id, commit: status.revisions?.seen.commit?.id, standing: standingOf(status) }
  })
}

function rangeStatus(commit: string, { id, standing }: Seen, { name, apiUrls }: ForgeView): CommitStatus {
  const context = `${name}/${id}`
  switch (standing.kind) {
    case 'reached':
      return status(commit, context, 'success', 'reached', { description: 'reached: the range is as its file asks' })
    case 'suspended':
      return status(commit, context, 'success', 'suspended', { description: 'left alone, as its file asks' })
    case 'working':
      return status(commit, context, 'pending', `${WORKING}${standing.wasReached ? SINCE : ''}`, {
        description: 'not reached yet',
      })
    case 'held':
    case 'failed': {
      const { kind, reason, message } = standing
      const state = kind === 'failed' ? 'failure' : 'pending'
      return status(commit, context, state, `${kind} ${reason}${standing.wasReached ? SINCE : ''}`, {
        description: publicText(`${reason}: ${message}`, apiUrls),
      })
    }
  }
}

/** A commit in force, by all of its ranges: a range that an earlier one has broken is broken here, too. */
function wholeStatus(commit: string, seen: readonly Seen[], view: ForgeView): CommitStatus {
  const { name, apiUrls } = view
  const own = seen.filter((each) => each.commit === commit).length
  const more = own - MOST_RANGES
  const tail =
    more > 0 ? `; ${more} more ${more === 1 ? 'range it changed has' : 'ranges it changed have'} no status here` : ''
  // What this commit has changed is told first.
  const inOrder = [...seen].sort((a, b) => Number(b.commit === commit) - Number(a.commit === commit))
  const of = (kind: RangeStanding['kind']): readonly Seen[] => inOrder.filter(({ standing }) => standing.kind === kind)
  const told = (kind: 'failed' | 'held', verbs: readonly [string, string]): Told => {
    const all = of(kind)
    const [first] = all
    const finding =
      first === undefined || !('reason' in first.standing)
        ? ''
        : `${first.id}: ${first.standing.reason}: ${first.standing.message}`
    const count = `${all.length} of ${seen.length} ranges ${all.length === 1 ? verbs[0] : verbs[1]}`
    return {
      about: `${kind} ${all.map(({ id, standing }) => `${id} ${'reason' in standing ? standing.reason : ''}`).join(', ')}`,
      description: publicText(`${count}: ${finding}`, apiUrls),
    }
  }
  const isSince = seen.every(({ standing }) => !('wasReached' in standing) || standing.wasReached)
  const say = (state: CommitStatus['state'], { about, description }: Told): CommitStatus => {
    const ofBefore = state !== 'success' && isSince && !about.startsWith(LEAVING)
    return status(commit, name, state, ofBefore ? `${about}${SINCE}` : about, { description, tail })
  }
  if (of('failed').length > 0) return say('failure', told('failed', ['has failed', 'have failed']))
  if (of('working').length > 0) return say('pending', { about: WORKING, description: 'in force; not reached yet' })
  if (of('held').length > 0) return say('pending', told('held', ['waits', 'wait']))
  const leaving = leavingIn(view.ids, view.statuses)
  const going = leaving.filter(({ stays }) => !stays)
  const [first] = going
  if (first !== undefined)
    return say('pending', {
      about: `${LEAVING} ${going.map(({ id, reason }) => `${id} ${reason}`).join(', ')}`,
      description: publicText(
        `${going.length} ${going.length === 1 ? 'range whose file is gone is' : 'ranges whose files are gone are'} there still: ${first.reason}: ${first.message}`,
        apiUrls,
      ),
    })
  const staying =
    leaving.length === 0 ? '' : `; ${leaving.length} without a file ${leaving.length === 1 ? 'stays' : 'stay'}`
  const left = of('suspended').length
  const reached = seen.length - left
  const counted = seen.length === 1 ? 'its one range' : `all ${seen.length} ranges`
  const description =
    seen.length === 0
      ? 'in force; there is no range in it'
      : left === 0
        ? `reached by ${counted}`
        : `reached by ${reached} of ${seen.length} ranges; ${left} left alone, as asked`
  return say('success', { about: 'reached', description: `${description}${staying}` })
}

interface Told {
  readonly about: string
  readonly description: string
}

const status = (
  commit: string,
  context: string,
  state: CommitStatus['state'],
  about: string,
  { description, tail = '' }: { readonly description: string; readonly tail?: string },
): CommitStatus => ({ commit, context, state, description, tail, about })
