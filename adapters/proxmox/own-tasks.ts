import type { Clock } from '../../model/clock.ts'
import type { TaskSeen } from '../../model/snapshot.ts'

/** Which tasks were begun here, so that those of another program with the same API token are told from them. */
export interface OwnTasks {
  /**
   * Sends what begins a task, and remembers the task.
   *
   * @param kind of the task, by `taskKind`
   * @param send resolves with the task's UPID; told how often it was sent until then
   */
  begin(kind: string, send: (onSent: () => void) => Promise<string>): Promise<string>
  /** Those of a list that another program began with this token while this one ran. */
  ofOthers<T extends TaskSeen>(tasks: readonly T[]): readonly T[]
}

/** A task's kind: what it does, and to what. A VMID is one guest of the whole cluster. */
export const taskKind = ({ type, id }: Pick<TaskSeen, 'type' | 'id'>): string => `${type}:${id}`

/** What a Lanista begins. The reloads that an apply begins on each node are root's (seen on Proxmox VE 9). */
const TYPES: ReadonlySet<string> = new Set([
  'qmclone',
  'qmstart',
  'qmshutdown',
  'qmstop',
  'qmdestroy',
  'reloadnetworkall',
  'srvreload',
])
/** A call that was sent by an earlier life, or that got no answer, may begin its task so much later, in milliseconds. */
const LATE = 120_000
/** A node lists its last 25 tasks, and those of one that was away come back with it. */
const MOST_KNOWN = 10_000

/** @param clock a steady one @param tokenId `user@realm!name`, which a UPID ends with */
export function rememberOwnTasks(clock: Pick<Clock, 'now'>, tokenId: string): OwnTasks {
  const since = clock.now()
  const known = new Set<string>()
  /** Kind -> how many calls are under way. */
  const underWay = new Map<string, number>()
  /** Kind -> until when a task of it may be one whose answer was lost. */
  const unanswered = new Map<string, number>()

  const know = (upid: string): void => {
    known.add(upid)
    for (const oldest of known) {
      if (known.size <= MOST_KNOWN) break
      known.delete(oldest)
    }
  }
  const count = (kind: string, by: 1 | -1): void => {
    const calls = (underWay.get(kind) ?? 0) + by
    if (calls === 0) underWay.delete(kind)
    else underWay.set(kind, calls)
  }
  const maybeOwn = (task: TaskSeen): boolean =>
    clock.now() - since < LATE || clock.now() < (unanswered.get(taskKind(task)) ?? Number.NEGATIVE_INFINITY)

  return {
    async begin(kind, send) {
      let sent = 0
      let answered = false
      count(kind, 1)
      try {
        const upid = await send(() => (sent += 1))
        know(upid)
        answered = sent <= 1
        return upid
      } finally {
        count(kind, -1)
        if (!answered) unanswered.set(kind, clock.now() + LATE)
      }
    },
    ofOthers(tasks) {
      const others = tasks.filter(
        ({ upid, type }) => TYPES.has(type) && upid.endsWith(`:${tokenId}:`) && !known.has(upid),
      )
      // Of a call that is under way the answer, which names its task, is yet to come.
      const clear = others.filter((task) => !underWay.has(taskKind(task)))
      const own = clear.filter(maybeOwn)
      for (const { upid } of own) know(upid)
      return clear.filter((task) => !own.includes(task))
    },
  }
}
