import { z } from 'zod'
import { lanistaKeys } from './range-file/lanista-keys.ts'
import { network } from './range-file/network.ts'
import { rangeDefaults } from './range-file/range-defaults.ts'
import { anyVariables } from './range-file/scalars.ts'
import { routerEntry } from './range-file/router-entry.ts'
import { vmEntry } from './range-file/vm-entry.ts'

const notify = z.looseObject({
  urls: z.array(z.string()).meta({ description: 'Shoutrrr addresses.', examples: [['discord://token@id']] }),
})

/**
 * Ludus' range file, exactly as its published JSON schema has it: what that accepts is accepted, what it refuses is
 * refused. `{{ range_id }}` is not filled in yet.
 */
export const ludusRangeFileSchema = z.strictObject({
  ludus: z.array(vmEntry).describe('The VMs.'),
  router: routerEntry.describe('The router VM; each of its keys may be left out, and so may the whole.').optional(),
  defaults: rangeDefaults.describe('Settings for the whole range.').optional(),
  network: network.describe('Firewall rules of the range.').optional(),
  global_role_vars: anyVariables
    .meta({ description: 'Variables passed to all roles of all VMs.', examples: [{ company: 'ACME' }] })
    .optional(),
  notify: notify
    .describe('Who hears when a deployment has ended, and from Lanista when the range becomes Ready or fails.')
    .optional(),
  ludus_extensions: z.looseObject({}).describe('Data for other programs; Ludus ignores it.').optional(),
})

/** The same file as Lanista takes it: Ludus' keys, and its own under `ludus_extensions.lanista` checked as well. */
export const rangeFileSchema = ludusRangeFileSchema
  .extend({
    ludus_extensions: z
      .looseObject({ lanista: lanistaKeys.describe('What Lanista alone acts on.').optional() })
      .describe('Data for other programs; Ludus ignores it.')
      .optional(),
  })
  .meta({ title: 'Ludus range file', description: 'One range: its VMs, its router and its network.' })

/** A range file after the check against the schema, names not filled in yet. */
export type RangeFile = z.output<typeof rangeFileSchema>
