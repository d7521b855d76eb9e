import type { MigrationPlan, NicMove, PoolMove, VmMove } from '../../model/plan/migration-plan.ts'
import { printable } from '../../model/printable.ts'
import type { Paint } from './paint.ts'

/** A plan of a move for people: `~` is changed, `+` is made, `!` is in the way, `#` is to be known. */
export function migrationText(plan: MigrationPlan, warnings: readonly string[], paint: Paint): readonly string[] {
  const networks = plan.networks.map((action) =>
    action.kind === 'apply-sdn'
      ? paint('yellow', `  ~ apply SDN: ${action.reason}`)
      : paint('green', `  + vnet ${action.vnet}: ${action.reason}`),
  )
  const grants = plan.grants.map(({ kind, who, role, path }) =>
    paint('green', `  + ${kind} ${printable(who)} may use ${path} (${role})`),
  )
  const troubles = plan.obstacles.map(({ message }) => paint('red', `! ${message}`))
  const remarks = [...plan.remarks, ...warnings.map((text) => `warning: ${text}`)].map((text) =>
    paint('yellow', `# ${text}`),
  )
  return [
    ...(networks.length === 0 ? [] : [paint('bold', 'networks, for all together'), ...networks, '']),
    ...(grants.length === 0 ? [] : [paint('bold', 'rights'), ...grants, '']),
    ...plan.pools.flatMap((pool) => poolLines(pool, paint)),
    ...(troubles.length === 0 ? [] : [...troubles, '']),
    ...(remarks.length === 0 ? [] : [...remarks, '']),
    summary(plan),
  ]
}

function poolLines({ pool, number, vms, obstacles, remarks }: PoolMove, paint: Paint): readonly string[] {
  const title = number === undefined ? `pool ${pool}` : `range ${pool} (number ${number})`
  const own = [
    ...vms.flatMap((vm) => vmLines(vm, paint)),
    ...obstacles.map(({ message }) => paint('red', `  ! ${message}`)),
    ...(vms.length + obstacles.length === 0 ? ['  nothing to do: no NIC of it is on a bridge of Ludus'] : []),
    ...remarks.map((text) => paint('dim', `  # ${text}`)),
  ]
  return [paint('bold', title), ...own, '']
}

function vmLines(vm: VmMove, paint: Paint): readonly string[] {
  const what = vm.template ? 'template' : vm.router ? 'router' : 'vm'
  const loses = vm.running ? '; its link is lost for a moment' : ''
  const reboot = vm.reboot ? '; large packets are lost until it is rebooted, as it keeps the MTU of the bridge' : ''
  return [
    paint('yellow', `  ~ ${what} ${printable(vm.name)} on ${vm.node} (VMID ${vm.vmid})${loses}${reboot}`),
    ...vm.nics.map((nic) => paint('yellow', `      ${nicText(nic)}`)),
  ]
}

function nicText({ key, from, to, before }: NicMove): string {
  const [card = '', ...options] = before.split(',')
  const [model, mac] = card.split('=')
  const vlan = options.find((option) => option.startsWith('tag='))?.slice('tag='.length)
  return `${key}: ${from} -> ${to}, ${vlan === undefined ? 'no VLAN' : `VLAN ${vlan}`} (${model ?? ''}${mac === undefined ? '' : ` ${mac}`})`
}

function summary({ pools, networks, obstacles }: MigrationPlan): string {
  const vms = pools.flatMap((pool) => pool.vms)
  const nics = vms.reduce((sum, vm) => sum + vm.nics.length, 0)
  const inTheWay = obstacles.length + pools.reduce((sum, pool) => sum + pool.obstacles.length, 0)
  const way = inTheWay === 0 ? '' : `, ${inTheWay} in the way`
  if (nics === 0) return `nothing to move${way}`
  const applies = networks.filter(({ kind }) => kind === 'apply-sdn').length
  const running = vms.filter((vm) => vm.running).length
  const reboots = vms.filter((vm) => vm.reboot).length
  return `${counted(nics, 'NIC')} of ${counted(vms.length, 'VM')} to move, ${counted(applies, 'SDN apply', 'SDN applies')}; ${counted(running, 'VM loses its', 'VMs lose their')} link for a moment, ${counted(reboots, 'keeps', 'keep')} the old MTU until rebooted${way}`
}

const counted = (count: number, noun: string, nouns = `${noun}s`): string => `${count} ${count === 1 ? noun : nouns}`
