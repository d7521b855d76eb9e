import { z } from 'zod'
import { roleVars, roles } from './roles.ts'
import { balloonGb, cpuCount, memoryGb, vlan, vmOctet } from './scalars.ts'

/** The three keys of which a VM has exactly one: what it runs. */
const OS_KEYS = ['windows', 'linux', 'macOS'] as const

const windows = z
  .strictObject({
    sysprep: z.boolean().describe('Run sysprep first.').optional(),
    install_additional_tools: z.boolean().describe('Install browsers, editors and analysis tools.').optional(),
    chocolatey_ignore_checksums: z.boolean().optional(),
    chocolatey_packages: z.array(z.string()).describe('Chocolatey packages to install.').optional(),
    office_version: z.literal([2013, 2016, 2019, 2021]).describe('Microsoft Office to install.').optional(),
    office_arch: z.enum(['64bit', '32bit']).optional(),
    visual_studio_version: z.literal([2017, 2019, 2022]).describe('Visual Studio to install.').optional(),
    autologon_user: z.string().describe('Logs on by itself; needs autologon_password.').optional(),
    autologon_password: z.string().optional(),
    gpos: z
      .array(z.enum(['disable_defender', 'anon_share_access']))
      .describe('Group policies of the domain; only on its primary-dc.')
      .optional(),
  })
  .refine((settings) => settings.autologon_user === undefined || settings.autologon_password !== undefined, {
    error: 'needs autologon_password beside it',
    path: ['autologon_user'],
  })

const linux = z.union(
  [z.boolean(), z.strictObject({ packages: z.array(z.string()).describe('Packages to install.').optional() })],
  { error: 'must be true, or a map with `packages`' },
)

const domain = z.strictObject({
  fqdn: z.string().describe('Name of the Windows domain.'),
  role: z.enum(['primary-dc', 'alt-dc', 'member']),
})

const testing = z.strictObject({
  snapshot: z.boolean().describe('Taken when testing starts, and gone back to when it ends.'),
  block_internet: z.boolean().describe('Cut off from the internet while testing.'),
})

type Keys = Readonly<Record<string, unknown>>

const isMap = (value: unknown): value is Keys => typeof value === 'object' && value !== null && !Array.isArray(value)

/** The OS keys present, whatever their value: `linux: false` is Linux too, as Ludus' schema has it. */
const osKeysOf = (entry: Keys): readonly string[] => OS_KEYS.filter((key) => Object.hasOwn(entry, key))

/** One VM of the range. */
export const vmEntry = z
  .strictObject({
    vm_name: z.string().describe('Name of the VM in Proxmox; {{ range_id }} becomes the range id.'),
    hostname: z.string().describe('Host name inside the guest; Windows takes 15 characters.'),
    template: z.string().describe('Name of the template it is cloned from.'),
    vlan: vlan.describe('VLAN, and third octet of the address.'),
    ip_last_octet: vmOctet.describe('Fourth octet of the address; unique in the VLAN.'),
    force_ip: z.boolean().describe('Trust this address where the guest agent reports none.').optional(),
    ram_min_gb: balloonGb.describe('Balloon minimum in GiB; switches ballooning on.').optional(),
    ram_gb: memoryGb.describe('Memory in GiB; with ram_min_gb the maximum.'),
    cpus: cpuCount.describe('CPU cores.'),
    full_clone: z.boolean().describe('A full clone in place of a linked one.').optional(),
    testing: testing.optional(),
    windows: windows.describe('A Windows VM; may be empty: {}.').optional(),
    domain: domain.describe('The Windows domain it belongs to.').optional(),
    linux: linux.describe('A Linux VM.').optional(),
    macOS: z.boolean().describe('A macOS VM.').optional(),
    unmanaged: z.boolean().describe('Not reachable for Ansible.').optional(),
    roles: roles.optional(),
    role_vars: roleVars.optional(),
    ansible_groups: z.array(z.string()).describe('Further groups in the Ansible inventory.').optional(),
    dns_rewrites: z.array(z.string()).describe("DNS names that lead to this VM's address.").optional(),
    primary_dns_server: z.string().optional(),
    secondary_dns_server: z.string().optional(),
    target_node: z.string().describe('Proxmox node for this VM. Cluster only.').optional(),
  })
  .check(
    z.superRefine(
      (entry, context) => {
        const present = osKeysOf(entry)
        if (present.length === 1) return
        const [first, second] = present
        const rule = 'a VM has exactly one of windows, linux and macOS'
        context.addIssue(
          second === undefined
            ? { code: 'custom', message: `says no operating system; ${rule}`, path: [] }
            : { code: 'custom', message: `comes on top of ${first}; ${rule}`, path: [second] },
        )
      },
      { when: ({ value }) => isMap(value) },
    ),
    // Ludus' schema refuses gpos where domain.role says something else than primary-dc; without a domain it is taken.
    z.superRefine(
      (entry, context) => {
        const [windowsKeys, domainKeys]: readonly unknown[] = [entry.windows, entry.domain]
        if (!isMap(windowsKeys) || !Object.hasOwn(windowsKeys, 'gpos')) return
        if (!isMap(domainKeys) || !Object.hasOwn(domainKeys, 'role') || domainKeys['role'] === 'primary-dc') return
        context.addIssue({
          code: 'custom',
          message: 'belongs to the primary-dc of a domain, and this VM has another role',
          path: ['windows', 'gpos'],
        })
      },
      { when: ({ value }) => isMap(value) },
    ),
  )
