import { z } from 'zod'
import { RANGE_NUMBERS } from '../identity.ts'
import { placement } from './placement.ts'

const UNTIL_TEXT = 'must be a date such as 2026-12-24, or a time with its zone such as 2026-12-24T18:00:00Z'

/** When a suspension ends by itself. */
export const suspendUntil = z.union([z.iso.date(), z.iso.datetime({ offset: true })], { error: UNTIL_TEXT })

const suspend = z.strictObject({
  reason: z
    .string()
    .min(1, 'must say why')
    .meta({ description: 'Why, for whoever finds the range standing still.', examples: ['exam until Friday'] }),
  owner: z
    .string()
    .min(1, 'must name somebody')
    .meta({ description: 'Whom to ask.', examples: ['jd@example.org'] })
    .optional(),
  until: suspendUntil
    .meta({
      description: 'When it ends by itself: a time with its zone, or the start of a day in UTC. Default: when removed.',
      examples: ['2026-12-24'],
    })
    .optional(),
})

/**
 * Lanista's own keys, under `ludus_extensions.lanista`, where Ludus looks at nothing. A key that Lanista does not act
 * on is refused: an author who asks for something must not believe to have got it.
 */
export const lanistaKeys = z.strictObject({
  range_number: z
    .int()
    .min(RANGE_NUMBERS.first)
    .max(RANGE_NUMBERS.last)
    .describe('The N of 10.N.0.0/16. Default: the lowest free one.')
    .optional(),
  wave: z
    .int()
    .min(0)
    .max(99)
    .describe(
      'Of range files in a repository: what a commit changes of this range waits until the ranges of lower waves are Ready at that commit. Default: 0.',
    )
    .optional(),
  suspend: suspend.describe('Leaves the range alone: nothing is created, changed or started.').optional(),
  state: z
    .enum(['present', 'absent'])
    .describe(
      'absent: the range is to go. All of its VMs are shut down and deleted, then its network and its pool. Default: present.',
    )
    .optional(),
  power: z
    .enum(['on', 'off', 'keep'])
    .describe(
      'on: VMs are started; off: they are shut down, never by force; keep: new ones are started, others left as they are. Default: on.',
    )
    .optional(),
  drift: z
    .strictObject({
      networks: z
        .enum(['correct', 'report'])
        .describe(
          'Network and VLAN of NICs; also whether a VLAN that is added gets a NIC of the router. Default: correct.',
        )
        .optional(),
      hardware: z.enum(['correct', 'report']).describe('Cores, memory, balloon, tags. Default: report.').optional(),
    })
    .describe(
      'What is done about an existing VM that is not as this file says. A VM that Ludus made is only reported on.',
    )
    .optional(),
  placement: placement.describe('Wishes for the nodes that VMs are created on; none moves an existing VM.').optional(),
})
