const words = (text: string): readonly string[] => text.trim().split(/\s+/)

const administrator = words(`
  Datastore.Allocate Datastore.AllocateSpace Datastore.AllocateTemplate Datastore.Audit Group.Allocate
  Mapping.Audit Mapping.Modify Mapping.Use Permissions.Modify Pool.Allocate Pool.Audit Realm.Allocate
  Realm.AllocateUser SDN.Allocate SDN.Audit SDN.Use Sys.AccessNetwork Sys.Audit Sys.Console Sys.Incoming
  Sys.Modify Sys.PowerMgmt Sys.Syslog User.Modify VM.Allocate VM.Audit VM.Backup VM.Clone VM.Config.CDROM
  VM.Config.CPU VM.Config.Cloudinit VM.Config.Disk VM.Config.HWType VM.Config.Memory VM.Config.Network
  VM.Config.Options VM.Console VM.GuestAgent.Audit VM.GuestAgent.FileRead VM.GuestAgent.FileSystemMgmt
  VM.GuestAgent.FileWrite VM.GuestAgent.Unrestricted VM.Migrate VM.PowerMgmt VM.Replicate VM.Snapshot
  VM.Snapshot.Rollback
`)

/** The least a controller needs on `/`: Proxmox was asked, one privilege at a time. */
const leastPrivilegeVm = words(`
  VM.Allocate VM.Audit VM.Clone VM.Config.CDROM VM.Config.CPU VM.Config.Disk VM.Config.HWType VM.Config.Memory
  VM.Config.Network VM.Config.Options VM.PowerMgmt Datastore.AllocateSpace Datastore.Audit Pool.Allocate
  Pool.Audit Sys.Audit SDN.Audit SDN.Use
`)

/** And on `/sdn` (without propagation) and its zone. */
const leastPrivilegeSdn = words('SDN.Allocate SDN.Audit SDN.Use')

/** And on a node whose bridges it makes; its rights there are these alone, so what it reads there is among them. */
const leastPrivilegeNode = words('Sys.Audit Sys.Modify')

const audits = administrator.filter((privilege) => privilege.endsWith('.Audit'))

/** Role name to whether it is predefined, and its privileges. */
export const predefinedRoles: ReadonlyMap<
  string,
  { readonly special: boolean; readonly privileges: ReadonlySet<string> }
> = new Map([
  ['Administrator', { special: true, privileges: new Set<string>(administrator) }],
  ['NoAccess', { special: true, privileges: new Set<string>() }],
  ['PVEAuditor', { special: true, privileges: new Set<string>(audits) }],
  ['PVESDNUser', { special: true, privileges: new Set(['SDN.Audit', 'SDN.Use']) }],
  ['LanistaVM', { special: false, privileges: new Set(leastPrivilegeVm) }],
  ['LanistaSDN', { special: false, privileges: new Set(leastPrivilegeSdn) }],
  ['LanistaNode', { special: false, privileges: new Set(leastPrivilegeNode) }],
])
