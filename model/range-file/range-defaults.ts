import { z } from 'zod'
import { wholeNumber } from './scalars.ts'

const functionalLevel = z.enum(['Win2003', 'Win2008', 'Win2008R2', 'Win2012', 'Win2012R2', 'WinThreshold', 'Win2025'])

/** Settings for the whole range. Of these Lanista acts on `target_node`; Ludus' Ansible on the others. */
export const rangeDefaults = z.strictObject({
  snapshot_with_RAM: z.boolean().describe('Testing-mode snapshots include the memory.').optional(),
  stale_hours: wholeNumber
    .meta({ description: 'Age in hours at which a testing snapshot is taken anew.', examples: [24] })
    .optional(),
  ad_domain_functional_level: functionalLevel.describe('Of every Windows domain.').optional(),
  ad_forest_functional_level: functionalLevel.describe('Of every Windows forest.').optional(),
  ad_domain_admin: z
    .string()
    .meta({ description: 'Name of the domain administrator.', examples: ['domainadmin'] })
    .optional(),
  ad_domain_admin_password: z
    .string()
    .meta({ description: 'Password of ad_domain_admin.', examples: ['password'] })
    .optional(),
  ad_domain_user: z
    .string()
    .meta({ description: 'Name of the ordinary domain user.', examples: ['domainuser'] })
    .optional(),
  ad_domain_user_password: z
    .string()
    .meta({ description: 'Password of ad_domain_user.', examples: ['password'] })
    .optional(),
  ad_domain_safe_mode_password: z
    .string()
    .meta({ description: 'Password of the directory services restore mode.', examples: ['password'] })
    .optional(),
  timezone: z
    .string()
    .meta({ description: 'Time zone of all VMs, such as Europe/Berlin.', examples: ['Europe/Berlin'] })
    .optional(),
  enable_dynamic_wallpaper: z.boolean().describe('Windows wallpapers show the testing mode. Default: true.').optional(),
  target_node: z
    .string()
    .meta({ description: 'Proxmox node for VMs and router that name none. Cluster only.', examples: ['pve2'] })
    .optional(),
})
