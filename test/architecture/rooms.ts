/** One room of the house: a folder, or a single file at the top of controllers/. */
export interface Room {
  /** Its path; of a folder, the files right in it. */
  readonly name: string
  /** In one line. */
  readonly purpose: string
  /** All rooms that it may import from, if only types; each of these arrows is in use. */
  readonly imports: readonly string[]
  /** Folders that are part of the room. */
  readonly folders?: readonly string[]
}

/** The plan of the house. The architecture test holds the imports against it; `npm run docs` draws it. */
export const ROOMS: readonly Room[] = [
  {
    name: 'model',
    purpose:
      'what things are: values, the names and numbers derived from them, and the ports behind which the outside stands',
    imports: [],
    folders: ['model/freeze', 'model/notify', 'model/range-file'],
  },
  {
    name: 'model/plan',
    purpose: 'the plans of ranges, networks and VMs, and their actions, as values',
    imports: ['model'],
  },

  { name: 'reconcilers', purpose: 'questions that several planners ask, each with one answer', imports: ['model'] },
  {
    name: 'reconcilers/placement',
    purpose: 'which node a VM goes to, and why no other',
    imports: ['model', 'model/plan'],
  },
  { name: 'reconcilers/zone', purpose: 'what is wrong with the SDN zone', imports: ['model', 'reconcilers'] },
  {
    name: 'reconcilers/vnet',
    purpose: 'VNets of ranges on a cluster, and what nodes lack of them',
    imports: ['model', 'model/plan', 'reconcilers'],
  },
  {
    name: 'reconcilers/bridge',
    purpose: 'bridges of ranges on a single node, and the changes that others have staged there',
    imports: ['model', 'model/plan', 'reconcilers', 'reconcilers/placement'],
  },
  {
    name: 'reconcilers/migration',
    purpose: 'how an installation moves from bridges to VNets, NIC by NIC, and what is in the way',
    imports: ['model', 'model/plan', 'reconcilers', 'reconcilers/bridge', 'reconcilers/vnet', 'reconcilers/zone'],
  },
  {
    name: 'reconcilers/route',
    purpose: 'routes from the machine that Lanista runs on to the ranges',
    imports: ['model'],
  },
  {
    name: 'reconcilers/vm',
    purpose: 'one VM: its plan, its drift, its removal, and the machine that takes it from step to step',
    imports: ['model', 'model/plan', 'reconcilers', 'reconcilers/placement'],
  },
  {
    name: 'reconcilers/range',
    purpose: 'plans of whole ranges: of all that are dirty together, of one, and of what would be',
    imports: [
      'model',
      'model/plan',
      'reconcilers',
      'reconcilers/bridge',
      'reconcilers/placement',
      'reconcilers/vm',
      'reconcilers/vnet',
      'reconcilers/zone',
    ],
  },
  {
    name: 'reconcilers/trace',
    purpose: 'which range something on the cluster is of, and what of its file asked for it',
    imports: ['model', 'reconcilers', 'reconcilers/range', 'reconcilers/vm'],
  },
  {
    name: 'reconcilers/removal',
    purpose: 'what is to be removed of a range, and what keeps it',
    imports: ['model', 'model/plan', 'reconcilers', 'reconcilers/bridge', 'reconcilers/vm', 'reconcilers/vnet'],
  },
  {
    name: 'reconcilers/host',
    purpose: "the move of the Ludus host's own files and network from the NAT bridge to the NAT VNet",
    imports: ['model'],
  },
  { name: 'reconcilers/git', purpose: 'which commit of range files goes in force', imports: ['model'] },
  {
    name: 'reconcilers/revision',
    purpose: "whether a newer content of a range's file is acted on: broken files, waves, freezes",
    imports: ['model'],
  },
  { name: 'reconcilers/prune', purpose: 'which ranges without a file may go', imports: ['model'] },

  {
    name: 'controllers/pace',
    purpose: 'when: triggers, turns, the one keyed backoff, what is under way',
    imports: ['model'],
  },
  { name: 'controllers/report', purpose: 'statuses, log and notifications: output only', imports: ['model'] },
  {
    name: 'controllers/terminal',
    purpose: 'what people read at the terminal, and are asked there',
    imports: [
      'model',
      'model/plan',
      'reconcilers/host',
      'reconcilers/prune',
      'reconcilers/range',
      'reconcilers/removal',
    ],
  },
  {
    name: 'controllers/plan-formats',
    purpose: 'a plan as others read it: Markdown, annotations, and what of it is not told to them',
    imports: ['model', 'model/plan', 'controllers/terminal'],
  },
  {
    name: 'controllers/host-migration',
    purpose: "the Ludus host's move step by step, its journal, its confirmation, and the way back",
    imports: ['model', 'reconcilers/host'],
  },
  {
    name: 'controllers/network',
    purpose: 'networks of all ranges together, the SDN lock, repairs, routes, the right of a group',
    imports: [
      'model',
      'model/plan',
      'reconcilers',
      'reconcilers/bridge',
      'reconcilers/placement',
      'reconcilers/route',
      'reconcilers/vnet',
      'reconcilers/zone',
      'controllers/pace',
    ],
  },
  {
    name: 'controllers/machine',
    purpose: "a VM's actor, and the work that it does: build, correct, remove",
    imports: ['model', 'model/plan', 'reconcilers', 'reconcilers/vm', 'controllers/pace'],
  },
  {
    name: 'controllers/removal',
    purpose: 'orders to destroy, pruning, and the removal of a range step by step',
    imports: [
      'model',
      'model/plan',
      'reconcilers',
      'reconcilers/prune',
      'reconcilers/removal',
      'reconcilers/vm',
      'controllers/machine',
      'controllers/network',
    ],
  },
  {
    name: 'controllers/range',
    purpose: "a range's actor, and its pass: what is wanted, the shared plan, its networks, what each VM is handed",
    imports: [
      'model',
      'model/plan',
      'reconcilers',
      'reconcilers/bridge',
      'reconcilers/migration',
      'reconcilers/placement',
      'reconcilers/range',
      'reconcilers/removal',
      'reconcilers/route',
      'reconcilers/vnet',
      'controllers/machine',
      'controllers/network',
      'controllers/pace',
      'controllers/removal',
    ],
  },
  {
    name: 'controllers/git',
    purpose: 'asks the repository of range files, puts commits in force, and keeps the last good one',
    imports: ['model', 'reconcilers/git'],
  },
  {
    name: 'controllers/revisions',
    purpose: 'range files as they are acted on: what is in force of each, and what holds a newer content back',
    imports: ['model', 'reconcilers/revision'],
  },
  {
    name: 'controllers/controller.ts',
    purpose: 'the whole controller: run, converge, stop',
    imports: ['model', 'controllers/pace', 'controllers/range', 'controllers/report'],
  },
  {
    name: 'controllers/compose',
    purpose: 'makes the controller and the outside of their parts; the only room that knows adapters',
    imports: [
      'model',
      'reconcilers/git',
      'controllers/controller.ts',
      'controllers/git',
      'controllers/host-migration',
      'controllers/machine',
      'controllers/network',
      'controllers/pace',
      'controllers/range',
      'controllers/removal',
      'controllers/report',
      'controllers/revisions',
      'adapters',
      'adapters/git',
      'adapters/host',
      'adapters/http',
      'adapters/notify',
      'adapters/proxmox',
      'adapters/range-files',
      'adapters/range-parser',
      'adapters/server-config',
      'adapters/simulator',
      'adapters/state',
      'adapters/validate',
      'adapters/yaml-file',
      'controllers/commands',
    ],
  },
  {
    name: 'controllers/demo',
    purpose: "the demo's folder, and what to try next",
    imports: ['controllers/terminal', 'model'],
  },
  {
    name: 'controllers/validation',
    purpose: 'checks of range files that take more than one file',
    imports: ['model', 'reconcilers/range'],
  },
  {
    name: 'controllers/migration',
    purpose: 'moves an installation from bridges to VNets, NIC by NIC with a journal, and back',
    imports: ['model', 'model/plan', 'reconcilers/migration', 'reconcilers/vnet', 'controllers/network'],
  },
  {
    name: 'controllers/commands',
    purpose: 'one file per verb of the command line',
    imports: [
      'model',
      'model/plan',
      'reconcilers',
      'reconcilers/migration',
      'reconcilers/placement',
      'reconcilers/prune',
      'reconcilers/range',
      'reconcilers/removal',
      'reconcilers/trace',
      'controllers/controller.ts',
      'controllers/demo',
      'controllers/git',
      'controllers/host-migration',
      'controllers/migration',
      'controllers/network',
      'controllers/pace',
      'controllers/plan-formats',
      'controllers/range',
      'controllers/removal',
      'controllers/revisions',
      'controllers/terminal',
      'controllers/validation',
    ],
  },
  {
    name: 'controllers/command-line.ts',
    purpose: 'the verbs, their options and their help',
    imports: ['model', 'controllers/commands', 'controllers/migrate-command-line.ts', 'controllers/terminal'],
  },
  {
    name: 'controllers/migrate-command-line.ts',
    purpose: 'the verbs of `lanista migrate`, their options and their help',
    imports: ['controllers/commands', 'controllers/terminal'],
  },
  {
    name: 'controllers/main.ts',
    purpose: 'the process',
    imports: ['controllers/command-line.ts', 'controllers/compose'],
  },

  {
    name: 'adapters',
    purpose: 'log, metrics, clock, and a range file from text to `RangeSpec`',
    imports: ['model', 'adapters/range-file', 'adapters/yaml-file'],
  },
  {
    name: 'adapters/yaml-file',
    purpose: 'YAML within limits, each problem with its place and source line',
    imports: ['model'],
  },
  {
    name: 'adapters/range-file',
    purpose: 'the checks of a range file beyond its schema',
    imports: ['model', 'adapters/yaml-file'],
  },
  {
    name: 'adapters/range-parser',
    purpose: 'parses range files: small ones here, one in a turn, large ones in threads',
    imports: ['model', 'adapters', 'adapters/yaml-file'],
  },
  {
    name: 'adapters/range-files',
    purpose: 'the watched folder of range files, each parsed once for each change of it',
    imports: ['model', 'adapters', 'adapters/range-parser', 'adapters/yaml-file'],
  },
  {
    name: 'adapters/git',
    purpose: "the repository of range files, by the system's git: fetched, read, and its signatures looked at",
    imports: ['model', 'adapters', 'adapters/range-files', 'adapters/yaml-file'],
  },
  {
    name: 'adapters/validate',
    purpose: 'range files that a person names, many at once',
    imports: ['model', 'adapters', 'adapters/range-files', 'adapters/range-parser', 'adapters/yaml-file'],
  },
  {
    name: 'adapters/server-config',
    purpose: "Ludus' `config.yml`, `LANISTA_*` variables, and where each value comes from",
    imports: ['model', 'adapters', 'adapters/yaml-file'],
  },
  {
    name: 'adapters/state',
    purpose: 'the files of the state directory, and the socket that says that it is in use',
    imports: ['model', 'adapters'],
  },
  {
    name: 'adapters/proxmox',
    purpose: 'the Proxmox client: a closed list of calls, one mapping of errors, lanes, tasks followed to their end',
    imports: ['model', 'adapters'],
  },
  {
    name: 'adapters/host',
    purpose: 'routes, network files and programs of the machine that Lanista runs on',
    imports: ['model', 'adapters'],
  },
  { name: 'adapters/http', purpose: 'health, metrics and the API', imports: ['model', 'adapters'] },
  { name: 'adapters/notify', purpose: 'sends notifications', imports: ['model', 'adapters'] },
  {
    name: 'adapters/simulator',
    purpose: 'a simulated Proxmox VE cluster, for the demo, the tests and rehearsals',
    imports: ['model', 'adapters', 'adapters/yaml-file'],
    folders: ['adapters/simulator/containers', 'adapters/simulator/guests', 'adapters/simulator/routes'],
  },
]

/** Package -> the rooms and single files that may import it; each of them does. */
export const LIBRARIES: Readonly<Record<string, readonly string[]>> = {
  '@hono/node-server': ['adapters/http'],
  axios: ['adapters/proxmox/http.ts'],
  chokidar: ['adapters/range-files/folder-watch.ts', 'adapters/server-config/watch-file.ts'],
  'cli-table3': ['controllers/terminal'],
  commander: ['controllers/command-line.ts', 'controllers/migrate-command-line.ts'],
  croner: ['model/freeze/cron-beginnings.ts'],
  hono: ['adapters/http'],
  'p-queue': ['adapters/proxmox/lanes.ts'],
  pino: ['adapters/logger.ts'],
  'prom-client': ['adapters/metrics.ts'],
  rxjs: ['controllers/pace/triggers.ts'],
  selfsigned: ['adapters/simulator/certificate.ts'],
  xstate: [
    'controllers/machine/vm-actor.ts',
    'controllers/range/range-controller.ts',
    'controllers/range/range-machine.ts',
    'reconcilers/vm/run-vm.ts',
    'reconcilers/vm/vm-machine.ts',
    'reconcilers/vm/vm-setup.ts',
  ],
  yaml: ['adapters/range-file', 'adapters/yaml-file'],
  zod: [
    'adapters/host',
    'adapters/proxmox',
    'adapters/simulator',
    'adapters/state',
    'adapters/yaml-file',
    'controllers/main.ts',
    'model',
  ],
}
