import { HostRouteError, type HostRouteErrorKind } from '../../model/host-routes.ts'
import { printable } from '../../model/printable.ts'
import { errorCode } from '../error-code.ts'

/** What `ip` (iproute2 6.1) and the kernel (6.18) say, in the C locale. */
const WORDINGS: readonly (readonly [RegExp, HostRouteErrorKind])[] = [
  [/Operation not permitted/, 'not-permitted'],
  [/Cannot find device/, 'device-missing'],
  [/Nexthop has invalid gateway|Device for nexthop is not up|Network is (unreachable|down)/, 'gateway-unreachable'],
  [/File exists/, 'exists'],
  // BusyBox' ip, which speaks no JSON, and an iproute2 from before it did.
  [/BusyBox|Option ".*" is unknown/, 'not-installed'],
]

/** Maps what running `ip` with these arguments rejected with. */
export function routeErrorOf(error: unknown, args: readonly string[]): HostRouteError {
  // EACCES where a folder of PATH may not be searched, or ip not be run.
  if (['ENOENT', 'EACCES'].includes(errorCode(error) ?? ''))
    return new HostRouteError('not-installed', 'there is no program ip that Lanista may run', error)
  const said = stderrOf(error) ?? (error instanceof Error ? error.message : String(error))
  const kind = WORDINGS.find(([wording]) => wording.test(said))?.[1] ?? 'unexpected'
  const finding = wasKilled(error) ? 'gave no answer in time' : `said "${printable(said.trim(), 200)}"`
  return new HostRouteError(kind, `ip ${args.join(' ')} ${finding}`, error)
}

/** True when the route that was to be removed is gone already; a device takes its routes with it. */
export const saysGone = (error: unknown): boolean =>
  error instanceof HostRouteError && (error.kind === 'device-missing' || /No such process/.test(error.message))

const stderrOf = (error: unknown): string | undefined =>
  error instanceof Error && 'stderr' in error && typeof error.stderr === 'string' && error.stderr !== ''
    ? error.stderr
    : undefined

const wasKilled = (error: unknown): boolean => error instanceof Error && 'killed' in error && error.killed === true
