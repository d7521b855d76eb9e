import { expect } from 'chai'
import { scaledClock } from '../../adapters/simulator/clock.ts'
import { clusterFrom, controllerToken } from '../../adapters/simulator/cluster-from.ts'
import { createLanes } from '../../adapters/proxmox/lanes.ts'
import { connectProxmox } from '../../adapters/proxmox/connect.ts'
import { measure } from '../../adapters/simulator/statistics.ts'
import type { SdnObject, SdnValue, World } from '../../adapters/simulator/world.ts'
import type { Proxmox } from '../../model/ports.ts'
import type { ClusterSnapshot, InterfaceSeen, VnetConfig, ZoneConfig } from '../../model/snapshot.ts'
import { checkZone } from '../../reconcilers/zone/check-zone.ts'
import { brokenZones } from '../builders/broken-zones.ts'
import { quiet } from '../builders/quiet.ts'
import { dataOf, type Lab, startLab } from '../adapters/simulator/lab.ts'
import { cases, every } from '../runner/long-runs.ts'

/** A simulated cluster that is in the state of a snapshot: nodes, their networks, zones, VNets, and what is pending. */
function worldOf({ nodes, zones, vnets, nodeNetworks, release }: ClusterSnapshot): World {
  const world = clusterFrom({ zone: null, nodes: nodes.map(({ name }) => ({ name })) })
  world.access.acl.push({
    path: '/sdn/zones',
    type: 'user',
    ugid: 'lanista@pve',
    roleid: 'LanistaSDN',
    propagate: true,
  })
  const config = (kind: 'running' | 'configured') => ({
    zones: new Map(
      zones.flatMap((zone): [string, SdnObject][] => {
        const values = kind === 'running' ? zone.running : zone.pending === 'deleted' ? undefined : zone
        return values === undefined ? [] : [[zone.name, zoneObject(zone.type, values)]]
      }),
    ),
    vnets: new Map(
      vnets.flatMap((vnet): [string, SdnObject][] => {
        const values = vnet[kind]
        return values === undefined ? [] : [[vnet.name, vnetObject(values)]]
      }),
    ),
    subnets: new Map(),
    controllers: new Map(),
    fabrics: new Map(),
    fabricNodes: new Map(),
  })
  world.sdn.running = config('running')
  world.sdn.configured = config('configured')
  for (const { name, online, address = '' } of nodes) {
    const node = { ...world.nodes.get(name)!, address, online, lostAt: online ? undefined : 0 }
    const told = nodeNetworks.find((network) => network.node === name)
    if (told !== undefined) node.network = new Map(told.interfaces.map((each) => [each.name, interfaceObject(each)]))
    world.nodes.set(name, node)
  }
  return release === 9 ? world : { ...world, version: { ...world.version, release: `${release}.4` } }
}

/** What each node last said of the zones, whatever is the case. */
function report(world: World, { nodes, zones }: ClusterSnapshot): void {
  for (const { name } of nodes) {
    const node = world.nodes.get(name)!
    const words = zones.flatMap((zone): [string, 'available' | 'pending' | 'error'][] => {
      const word = zone.statusByNode[name]
      return word === 'available' || word === 'pending' || word === 'error' ? [[zone.name, word]] : []
    })
    node.published = { ...measure(world, node, Date.now()), zones: new Map(words) }
  }
}

const zoneObject = (type: string, { peers, fabric, nodes, mtu }: ZoneConfig): SdnObject =>
  given({ type, peers: peers?.join(','), fabric, nodes: nodes?.join(','), mtu })
const vnetObject = ({ zone, tag, alias, vlanAware }: VnetConfig): SdnObject =>
  given({ zone, tag, alias, vlanaware: vlanAware ? 1 : undefined })
const given = (values: Readonly<Record<string, SdnValue | undefined>>): SdnObject =>
  Object.fromEntries(Object.entries(values).flatMap(([key, value]) => (value === undefined ? [] : [[key, value]])))

function interfaceObject({
  type,
  addresses,
  prefixes,
  ports,
  mtu,
}: InterfaceSeen): Readonly<Record<string, string | number>> {
  const [address] = addresses
  return given({
    type,
    [address?.includes(':') === true ? 'address6' : 'address']: address,
    [address?.includes(':') === true ? 'cidr6' : 'cidr']: prefixes[0],
    bridge_ports: type === 'bridge' ? ports.join(' ') : undefined,
    mtu,
    active: 1,
  })
}

/** Types a line into a node's shell, as root. */
async function run(line: string, lab: Lab): Promise<void> {
  for (const command of line.split(' && ')) {
    const [pvesh, verb = '', path = '', ...options] = command.split(' ')
    expect(pvesh).to.equal('pvesh')
    const method = { create: 'POST', set: 'PUT', get: 'GET' }[verb]
    const params: Record<string, string> = {}
    for (let at = 0; at < options.length; at += 2) params[options[at]!.replace(/^--/, '')] = options[at + 1]!
    const answer = await lab.root(method ?? verb, path, params)
    expect(answer.status, `${command}: ${JSON.stringify(answer.body)}`).to.equal(200)
    if (command === 'pvesh set /cluster/sdn') expect(await lab.finish(dataOf(answer))).to.equal('OK')
  }
  // Nodes tell the others 10 s later what has become of their zones.
  const { world } = lab
  for (const node of world.nodes.values()) if (node.online) node.published = measure(world, node, Date.now())
  forgetReloads(world)
}

/** As if the last reload were long ago: what nodes report counts again. */
function forgetReloads({ tasks }: World): void {
  tasks.length = 0
}

function observer({ simulator, world }: Lab): Proxmox & { close(): void } {
  const clock = scaledClock(100)
  return connectProxmox(
    {
      hosts: Object.values(simulator.nodes),
      token: controllerToken(world) ?? '',
      tls: { kind: 'fingerprint', sha256: simulator.fingerprint },
    },
    {
      clock,
      random: () => 0.5,
      logger: quiet,
      lanes: createLanes({ clock, random: () => 0.5, isCongestion: () => false }),
    },
  )
}

describe('what a zone check tells people to type', () => {
  const real = brokenZones.filter(({ unreal }) => unreal === undefined)
  for (const { situation, snapshot, instead } of cases(real, every(6))) {
    it(`mends a zone that ${situation}`, async () => {
      const expected = checkZone(snapshot, 'ludus')
      for (const { reason, shell } of expected.findings) {
        const lab = await startLab({ world: worldOf(snapshot), durations: { statistics: 1e9, networkReload: 10 } })
        report(lab.world, snapshot)
        const proxmox = observer(lab)
        const look = async (zone: string) => checkZone(await proxmox.observe(new AbortController().signal), zone)
        try {
          expect(await look('ludus'), 'the simulated cluster is in the state of the row').to.deep.equal(expected)
          await run(shell ?? reason, lab)
          const left = await look(instead ?? 'ludus')
          expect(left.findings.map((finding) => finding.reason)).not.to.include(reason)
          if (expected.findings.length === 1) expect(left).to.deep.equal({ findings: [], unreached: new Map() })
        } finally {
          proxmox.close()
          await lab.close()
        }
      }
    })
  }
})
