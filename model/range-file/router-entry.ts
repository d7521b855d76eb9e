import { z } from 'zod'
import { roleVars, roles } from './roles.ts'
import { balloonGb, cpuCount, ipv4Network, memoryGb, wholeNumber } from './scalars.ts'

const inboundWireguard = z.strictObject({
  enabled: z.boolean().describe('Whether the router runs a WireGuard server.'),
  server_cidr: ipv4Network.describe('Default: 10.254.254.0/24.').optional(),
  port: z.literal(51_820).describe('Only this port is forwarded.').optional(),
  allowed_vlans: z.array(z.int().min(1).max(255)).describe('VLANs open to clients. Default: all.').optional(),
})

/** The router VM. Every key has a default, and so has the whole. */
export const routerEntry = z
  .strictObject({
    vm_name: z.string().describe('Name of the VM in Proxmox. Default: <range id>-router-debian11-x64.').optional(),
    hostname: z.string().describe('Host name inside the guest.').optional(),
    template: z.string().describe('Default: debian-11-x64-server-template.').optional(),
    ram_min_gb: balloonGb.describe('Balloon minimum in GiB.').optional(),
    ram_gb: memoryGb.describe('Memory in GiB. Default: 2.').optional(),
    cpus: cpuCount.describe('CPU cores. Default: 2.').optional(),
    roles: roles.optional(),
    role_vars: roleVars.optional(),
    outbound_wireguard_config: z.string().describe('WireGuard client configuration; needs the VLANs too.').optional(),
    outbound_wireguard_vlans: z.array(wholeNumber).describe('VLANs routed through that tunnel.').optional(),
    inbound_wireguard: inboundWireguard.optional(),
    // Ludus' schema misspells `items` here, so it checks no item, and neither does this.
    iptables_commands: z.array(z.unknown()).describe('Run after the firewall is set up.').optional(),
    target_node: z.string().describe('Proxmox node for the router. Cluster only.').optional(),
  })
  .refine((router) => router.outbound_wireguard_config === undefined || router.outbound_wireguard_vlans !== undefined, {
    error: 'needs outbound_wireguard_vlans beside it',
    path: ['outbound_wireguard_config'],
  })
