import type { RangeFileRead, RangeFiles } from '../../model/ports.ts'
import type { RangeSpec } from '../../model/range-spec.ts'
import { otherRouterNames } from '../../model/router-names.ts'
import type { ServerConfig } from '../../model/server-config.ts'

type Defaults = Pick<ServerConfig, 'default_router_vm_name' | 'default_router_template_name'>

/** Range files in which what they leave open about their routers is as Ludus' server settings say, where these do. */
export function withLudusRouters(
  files: RangeFiles,
  { default_router_vm_name: vmName, default_router_template_name: template }: Defaults,
): RangeFiles {
  if (vmName === undefined && template === undefined) return files
  // One range file is one value for as long as it does not change.
  const made = new WeakMap<RangeSpec, RangeSpec>()
  const withRouter = (spec: RangeSpec): RangeSpec => {
    const { id, router } = spec
    const { unsaid } = router
    const vmNames = spec.vms.map((vm) => vm.name)
    const name = vmName?.replaceAll(/\{\{\s*range_id\s*\}\}/g, id)
    const named = name !== undefined && unsaid.includes('name')
    const templated = template !== undefined && unsaid.includes('template')
    return {
      ...spec,
      router: {
        ...router,
        ...(named ? { name, otherNames: otherRouterNames(id, name, vmNames) } : {}),
        ...(templated ? { template } : {}),
        unsaid: unsaid.filter((what) => !(what === 'name' ? named : templated)),
      },
    }
  }
  const settled = (read: RangeFileRead): RangeFileRead => {
    if (read.kind !== 'ok') return read
    const spec = made.get(read.spec) ?? withRouter(read.spec)
    made.set(read.spec, spec)
    return { ...read, spec }
  }
  return {
    list: () => files.list(),
    read: async (rangeId) => settled(await files.read(rangeId)),
    watch: (onChange, signal) => files.watch(onChange, signal),
  }
}
