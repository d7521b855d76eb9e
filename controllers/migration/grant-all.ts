import { always } from '../../model/permit.ts'
import type { MigrationPlan } from '../../model/plan/migration-plan.ts'
import type { AccessWriter } from '../../model/ports.ts'

/** What rights are given with. */
interface GrantParts {
  readonly access: AccessWriter
  readonly signal: AbortSignal
  readonly say: (line: string) => void
}

/**
 * Gives what a plan has of rights: before any NIC moves, as whoever uses a network should not lose it on the way.
 *
 * @returns who could not be given what, and why, as sentences
 */
export async function grantAll(
  { grants }: Pick<MigrationPlan, 'grants'>,
  { access, signal, say }: GrantParts,
): Promise<readonly string[]> {
  const refused: string[] = []
  for (const right of grants) {
    const { kind, who, path, role } = right
    try {
      await access.grant(right, always(signal))
      say(`+ ${kind} ${who} may use ${path} (${role})`)
    } catch (error) {
      signal.throwIfAborted()
      refused.push(
        `${kind} ${who} is not given ${role} on ${path}: ${error instanceof Error ? error.message : String(error)}`,
      )
    }
  }
  for (const line of refused) say(`! ${line}`)
  return refused
}
