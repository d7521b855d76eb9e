import { z } from 'zod'
import { roleVars, roles } from './roles.ts'
import { balloonGb, cpuCount, memoryGb, vlan, vmOctet } from './scalars.ts'

/** The three keys of which a VM has exactly one: what it runs. */
const OS_KEYS = ['windows', 'linux', 'macOS'] as const

const windows = z
  .strictObject({
    sysprep: z.boolean().describe('Run sysprep first.').optional(),
    install_additional_tools: z.boolean().describe('Install browsers, editors and analysis tools.').optional(),
    chocolatey_ignore_checksums: z
      .boolean()
      .meta({ description: 'Install Chocolatey packages whose checksum does not fit.' })
      .optional(),
    chocolatey_packages: z
      .array(z.string())
      .meta({ description: 'Chocolatey packages to install.', examples: [['vscodium', '7zip']] })
      .optional(),
    office_version: z.literal([2013, 2016, 2019, 2021]).describe('Microsoft Office to install.').optional(),
    office_arch: z.enum(['64bit', '32bit']).meta({ description: 'Which build of Microsoft Office.' }).optional(),
    visual_studio_version: z.literal([2017, 2019, 2022]).describe('Visual Studio to install.').optional(),
    autologon_user: z
      .string()
      .meta({ description: 'Logs on by itself; needs autologon_password.', examples: ['domainuser'] })
      .optional(),
    autologon_password: z
      .string()
      .meta({ description: 'Password of autologon_user.', examples: ['password'] })
      .optional(),
    gpos: z
      .array(z.enum(['disable_defender', 'anon_share_access']))
      .meta({ description: 'Group policies of the domain; only on its primary-dc.', examples: [['disable_defender']] })
      .optional(),
  })
  .refine((settings) => settings.autologon_user === undefined || settings.autologon_password !== undefined, {
    error: 'needs autologon_password beside it',
    path: ['autologon_user'],
  })
  .meta({ dependencies: { autologon_user: ['autologon_password'] } })

const linux = z.union(
  [
    z.boolean(),
    z.strictObject({
      packages: z
        .array(z.string())
        .meta({ description: 'Packages to install.', examples: [['curl', 'git']] })
        .optional(),
    }),
  ],
  { error: 'must be true, or a map with `packages`' },
)

const domain = z.strictObject({
  fqdn: z.string().meta({ description: 'Name of the Windows domain.', examples: ['ludus.domain'] }),
  role: z.enum(['primary-dc', 'alt-dc', 'member']).meta({ description: 'What the VM is in its domain.' }),
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
    vm_name: z.string().meta({
      description: 'Name of the VM in Proxmox; {{ range_id }} becomes the range id.',
      examples: ['{{ range_id }}-dc01'],
    }),
    hostname: z.string().meta({
      description: 'Host name inside the guest; Windows takes 15 characters.',
      examples: ['{{ range_id }}-DC01'],
    }),
    template: z
      .string()
      .meta({ description: 'Name of the template it is cloned from.', examples: ['win2022-server-x64-template'] }),
    vlan: vlan.meta({ description: 'VLAN, and third octet of the address.', examples: [10] }),
    ip_last_octet: vmOctet.meta({ description: 'Fourth octet of the address; unique in the VLAN.', examples: [11] }),
    force_ip: z.boolean().describe('Trust this address where the guest agent reports none.').optional(),
    ram_min_gb: balloonGb
      .meta({ description: 'Balloon minimum in GiB; switches ballooning on.', examples: [1] })
      .optional(),
    ram_gb: memoryGb.meta({ description: 'Memory in GiB; with ram_min_gb the maximum.', examples: [8] }),
    cpus: cpuCount.meta({ description: 'CPU cores.', examples: [4] }),
    full_clone: z.boolean().describe('A full clone in place of a linked one.').optional(),
    testing: testing
      .meta({ description: 'What testing mode does to the VM.', examples: [{ snapshot: true, block_internet: true }] })
      .optional(),
    windows: windows.meta({ description: 'A Windows VM; may be empty: {}.', examples: [{ sysprep: true }] }).optional(),
    domain: domain
      .meta({
        description: 'The Windows domain it belongs to.',
        examples: [{ fqdn: 'ludus.domain', role: 'primary-dc' }],
      })
      .optional(),
    linux: linux.meta({ description: 'A Linux VM.', examples: [true] }).optional(),
    macOS: z.boolean().describe('A macOS VM.').optional(),
    unmanaged: z.boolean().describe('Not reachable for Ansible.').optional(),
    roles: roles.optional(),
    role_vars: roleVars.optional(),
    ansible_groups: z
      .array(z.string())
      .meta({ description: 'Further groups in the Ansible inventory.', examples: [['workstations']] })
      .optional(),
    dns_rewrites: z
      .array(z.string())
      .meta({ description: "DNS names that lead to this VM's address.", examples: [['example.com', '*.example.com']] })
      .optional(),
    primary_dns_server: z
      .string()
      .meta({ description: 'DNS server the VM asks first.', examples: ['1.1.1.1'] })
      .optional(),
    secondary_dns_server: z
      .string()
      .meta({ description: 'DNS server the VM asks second.', examples: ['1.0.0.1'] })
      .optional(),
    target_node: z
      .string()
      .meta({ description: 'Proxmox node for this VM. Cluster only.', examples: ['pve2'] })
      .optional(),
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
  // For editors: JSON schema can say of the rules above only the first.
  .meta({ oneOf: OS_KEYS.map((key) => ({ required: [key] })) })
