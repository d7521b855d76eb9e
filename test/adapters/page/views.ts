import { controllerView, madeUpViews } from '../../builders/made-up-views.ts'
import type { AnyView } from '../../../model/api/feed-change.ts'

/** Every view of the page, of an installation of some ranges. */
export const VIEWS = {
  overview: '#/ranges',
  'one state alone': '#/ranges?state=NotReady',
  'a search': '#/ranges?q=kali',
  'a range': '#/ranges/KT',
  'a range in trouble, and a VM of it': '#/ranges/blue/vms/blue-kali',
  'a suspended range': '#/ranges/exam',
  'a range that is not there': '#/ranges/NONE',
  nodes: '#/nodes',
  'a node': '#/nodes/pve2',
  networks: '#/networks',
  plan: '#/plan',
  timeline: '#/events',
} as const

export const NOW = Date.now()

export const someRanges = (): readonly AnyView[] => madeUpViews({ ranges: 12, vmsEach: 12, nodes: 4, now: NOW })

/** No quorum, and Proxmox is silent. */
export const brokenViews = (): readonly AnyView[] => [
  ...someRanges().filter(({ kind }) => kind !== 'Controller'),
  controllerView(NOW, {
    notReady:
      'proxmox: no host answers: pve1: connect ECONNREFUSED, pve2: timed out; check the network and proxmox_endpoints',
    cluster: { name: 'campus', quorate: false, seenAt: new Date(NOW - 600_000).toISOString(), mode: 'vnets' },
    findings: [
      {
        severity: 'warning',
        reason: 'ZoneMtuDiffers',
        message: 'zone ludus: MTU of pve3 is 1450, of the others 8950; set mtu 1450 on the zone',
        nodes: ['pve3'],
      },
    ],
  }),
]
