import { clusterFrom } from './cluster-from.ts'
import type { World } from './world.ts'

/** Templates under the names Ludus ships, with the sizes its packer files give them. */
const templates = [
  { name: 'debian-11-x64-server-template', memory_mib: 4096, disk_gib: 200 },
  { name: 'debian-12-x64-server-template', memory_mib: 4096, disk_gib: 200 },
  { name: 'kali-x64-desktop-template', memory_mib: 4096, disk_gib: 200 },
  { name: 'win2019-server-x64-template', memory_mib: 8192, disk_gib: 250 },
  { name: 'win2022-server-x64-template', memory_mib: 8192, disk_gib: 250 },
  { name: 'win11-22h2-x64-enterprise-template', memory_mib: 8192, disk_gib: 250 },
]

/**
 * The demo: three slightly unequal nodes `pve1`..`pve3`, the shared storage `shared` with Ludus' templates, the VXLAN
 * zone `ludus` with every node as peer, root's token and one with the least rights (see `controllerToken`).
 */
export const demoCluster = (now = Date.now()): World =>
  clusterFrom(
    {
      name: 'demo',
      nodes: [
        { name: 'pve1', cores: 16, memory_gib: 64 },
        { name: 'pve2', cores: 16, memory_gib: 56 },
        { name: 'pve3', cores: 12, memory_gib: 64 },
      ],
      storages: [
        { id: 'shared', shared: true, size_gib: 4096 },
        { id: 'local', content: ['images', 'rootdir', 'iso', 'vztmpl', 'backup', 'snippets'], size_gib: 256 },
      ],
      templates,
    },
    now,
  )
