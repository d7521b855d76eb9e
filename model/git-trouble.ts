/** What keeps a newer commit from being put in force: one word for metrics and programs. */
export type GitReason =
  /** The program git, or one that it needs, is not there or too old. */
  | 'GitMissing'
  /** The server can't be reached: name, network, port. */
  | 'Unreachable'
  /** It took too long. */
  | 'TimedOut'
  /** What it sent ended before its end. */
  | 'CutOff'
  /** The server's SSH host key is not the one that is known, or none is known. */
  | 'HostKeyRefused'
  /** The server's certificate is not trusted. */
  | 'CertificateRefused'
  /** The server does not let the key or token in. */
  | 'Denied'
  /** There is no such repository, or none that the key or token may see. */
  | 'RepositoryMissing'
  | 'BranchMissing'
  | 'PathMissing'
  | 'PathEmpty'
  | 'TooLarge'
  /** The server's objects are broken. */
  | 'ObjectsRefused'
  | 'HistoryRewritten'
  | 'NotTrusted'
  /** No space is left, or nothing can be written. */
  | 'StateUnwritable'
  /** What was fetched before can't be read any more. */
  | 'RepositoryDamaged'
  | 'FetchFailed'

/** Why a newer commit is not in force. `message`: subject, finding, remedy, without secrets. */
export interface GitFinding {
  readonly reason: GitReason
  readonly message: string
  /** The commit that is not taken, where it is known and the fault is its own. `why`: the message without its subject. */
  readonly refused?: { readonly commit: string; readonly why: string } | undefined
}

/** A fetch or a reading that failed for a cause that a person is told. */
export class GitTrouble extends Error {
  readonly reason: GitReason

  /** @param message subject, finding, remedy, without secrets */
  constructor(reason: GitReason, message: string, cause?: unknown) {
    super(message, cause === undefined ? undefined : { cause })
    this.name = 'GitTrouble'
    this.reason = reason
  }
}
