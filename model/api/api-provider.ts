import type { FeedChange } from './feed-change.ts'
import type { Listed, ViewKind, Views } from './lanista-api.ts'
import type { LogLine } from './log-line.ts'
import type { ControllerView } from './cluster-views.ts'
import type { Steered, Steering } from './steering.ts'

/** One message of the feed. Whoever has it resumes with its id. */
export interface FeedMessage {
  readonly id: string
  readonly change: FeedChange
}

/** Who reads the feed at his own pace: what changes meanwhile is told as it is when it is asked for. */
export interface FeedReader {
  /** What is to be told next, some at a time; waits while there is nothing. Rejects when the signal aborts. */
  next(signal: AbortSignal): Promise<readonly FeedMessage[]>
  close(): void
}

/** What the API tells and takes, whatever carries it. */
export interface ApiProvider {
  list<K extends ViewKind>(kind: K): Listed<Views[K]>
  /** Resolves when what is told of the cluster shows what was done since the last look, or could not be seen in a moment. Never rejects. */
  freshen(): Promise<void>
  controller(): ControllerView
  /** @param lastId of the last message that was read before, in another connection */
  feed(lastId: string | undefined): FeedReader
  logs(about: { readonly range: string; readonly vm?: string | undefined }): readonly LogLine[]
  /** Throws `UserError` when that can't be asked. @param by the person who asks */
  steer(asked: Steering, by: string): Promise<Steered>
}
