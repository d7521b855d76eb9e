import type { Clock } from '../../model/clock.ts'
import { type Remark, remarkOf } from '../../model/condition.ts'
import { always, provided, Withdrawn } from '../../model/permit.ts'
import type { GrantAction } from '../../model/plan/actions.ts'
import type { AccessWriter, Logger } from '../../model/ports.ts'
import { isProxmoxError } from '../../model/proxmox-error.ts'
import { Backoff } from '../pace/backoff.ts'

/** A grant that failed is tried again so much later: what was missing is most likely still missing. */
const RETRY = { first: 60_000, most: 60_000 } as const

/** Gives groups their rights on VNets. One that can't be given is a remark and keeps nothing from running. */
export class AclGranter {
  readonly #access: AccessWriter
  readonly #logger: Logger
  readonly #signal: AbortSignal
  readonly #failures: Backoff<Remark>

  /** @param clock a steady one */
  constructor(access: AccessWriter, logger: Logger, clock: Pick<Clock, 'now'>, signal: AbortSignal) {
    this.#access = access
    this.#logger = logger
    this.#failures = new Backoff(clock)
    this.#signal = signal
  }

  /** What is known of a planned grant without trying it: how it failed last, or `true`. */
  standing(grant: GrantAction | undefined): Remark | true {
    return (grant && this.#failures.get(keyOf(grant))?.value) ?? true
  }

  /**
   * Carries a planned grant out, unless it has just failed. Resolves with what a person should mend, or `true`.
   *
   * @param check asked right before it is sent. Throws `Withdrawn` when the range is not to be like this any more
   */
  async grant(grant: GrantAction | undefined, check: () => Promise<void>): Promise<Remark | true> {
    if (grant === undefined) return true
    const key = keyOf(grant)
    if (this.#failures.left(key) > 0) return this.standing(grant)
    try {
      this.#logger.info('granting a role', { path: grant.path, group: grant.group, role: grant.role })
      const { path, group, role } = grant
      const right = { path, kind: 'group', who: group, role } as const
      await this.#access.grant(right, provided(check, always(this.#signal)))
      this.#failures.clear(key)
      return true
    } catch (error) {
      this.#signal.throwIfAborted()
      if (error instanceof Withdrawn) throw error
      const remark = remarkOf({ reason: 'AclMissing', message: messageOf(grant, error) })
      this.#failures.failed(key, RETRY, remark)
      this.#logger.warn('a role could not be granted', { path: grant.path, group: grant.group, error })
      return remark
    }
  }
}

const keyOf = ({ path, group, role }: GrantAction): string => `${path} ${group} ${role}`

function messageOf({ path, group, role }: GrantAction, error: unknown): string {
  const why = error instanceof Error ? error.message : String(error)
  const remedy = isProxmoxError(error, 'not-found')
    ? `; create it with: pveum group add ${group}; or correct lanista.sdn.acl_group`
    : ''
  return `acl ${path}: the group ${group} was not given the role ${role}, and the range runs without: ${why}${remedy}`
}
