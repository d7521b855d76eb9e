import { z } from 'zod'
import { roleVars, roles } from './roles.ts'
import { balloonGb, cpuCount, ipv4Network, memoryGb, wholeNumber } from './scalars.ts'

const inboundWireguard = z.strictObject({
  enabled: z.boolean().describe('Whether the router runs a WireGuard server.'),
  server_cidr: ipv4Network
    .meta({ description: 'Network of the clients. Default: 10.254.254.0/24.', examples: ['10.254.254.0/24'] })
    .optional(),
  port: z.literal(51_820).describe('Only this port is forwarded.').optional(),
  allowed_vlans: z
    .array(z.int().min(1).max(255))
    .meta({ description: 'VLANs open to clients. Default: all.', examples: [[10, 20]] })
    .optional(),
})

/** The router VM. Every key has a default, and so has the whole. */
export const routerEntry = z
  .strictObject({
    vm_name: z
      .string()
      .meta({
        description:
          'Name of the VM in Proxmox. Default: `<range id>-router-debian<NN>-x64`, after its template; an existing router keeps the name that a release of Ludus gave it.',
        examples: ['{{ range_id }}-router'],
      })
      .optional(),
    hostname: z
      .string()
      .meta({ description: 'Host name inside the guest.', examples: ['{{ range_id }}-router'] })
      .optional(),
    template: z
      .string()
      .meta({
        description:
          'Name of the template it is cloned from. Default: the newest there is of debian-13-x64-server-template, debian-12-... and debian-11-...',
        examples: ['debian-12-x64-server-template'],
      })
      .optional(),
    ram_min_gb: balloonGb
      .meta({
        description:
          'Balloon minimum in GiB; switches ballooning on. Default: 0.5, without ballooning where ram_gb is given.',
        examples: [1],
      })
      .optional(),
    ram_gb: memoryGb.meta({ description: 'Memory in GiB. Default: 2.', examples: [4] }).optional(),
    cpus: cpuCount.meta({ description: 'CPU cores. Default: 2.', examples: [2] }).optional(),
    roles: roles.optional(),
    role_vars: roleVars.optional(),
    outbound_wireguard_config: z
      .string()
      .meta({ description: 'WireGuard client configuration; needs the VLANs too.', examples: ['[Interface]\n…'] })
      .optional(),
    outbound_wireguard_vlans: z
      .array(wholeNumber)
      .meta({ description: 'VLANs routed through that tunnel.', examples: [[10]] })
      .optional(),
    inbound_wireguard: inboundWireguard
      .meta({ description: 'A WireGuard server on the router.', examples: [{ enabled: true }] })
      .optional(),
    // Ludus' schema misspells `items` here, so it checks no item, and neither does this.
    iptables_commands: z
      .array(z.unknown())
      .meta({ description: 'Run after the firewall is set up.', examples: [['-A FORWARD -s 10.0.0.0/8 -j LOG']] })
      .optional(),
    target_node: z
      .string()
      .meta({ description: 'Proxmox node for the router. Cluster only.', examples: ['pve1'] })
      .optional(),
  })
  .refine((router) => router.outbound_wireguard_config === undefined || router.outbound_wireguard_vlans !== undefined, {
    error: 'needs outbound_wireguard_vlans beside it',
    path: ['outbound_wireguard_config'],
  })
  // For editors, the same rule in JSON schema's words.
  .meta({ dependencies: { outbound_wireguard_config: ['outbound_wireguard_vlans'] } })
