import type { Clock } from '../../model/clock.ts'
import type { DoctorLooks } from '../../model/doctor-looks.ts'

/** What a doctor goes by. */
export interface Examination {
  readonly looks: DoctorLooks
  readonly clock: Pick<Clock, 'now'>
  /** How long one look may take, in milliseconds; what asks many things at once has some times that. */
  readonly limit: number
}
