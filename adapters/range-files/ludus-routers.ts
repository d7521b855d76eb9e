import type { RangeFileRead, RangeFiles } from '../../model/ports.ts'
import type { RangeSpec } from '../../model/range-spec.ts'
import { otherRouterNames } from '../../model/router-names.ts'
import type { ServerConfig } from '../../model/server-config.ts'

type Defaults = Pick<ServerConfig, 'default_router_vm_name' | 'default_router_template_name'>

/** Range files in which what they leave open about their routers is as Ludus' server settings say, where these do. */
export function withLudusRouters(files: RangeFiles, defaults: Defaults): RangeFiles {
  return {
    list: () => files.list(),
    read: async (rangeId) => withLudusRouter(await files.read(rangeId), defaults),
    watch: (onChange, signal) => files.watch(onChange, signal),
  }
}

/** One range file is one value for as long as it does not change, by the defaults that it was filled with. */
const made = new WeakMap<Defaults, WeakMap<RangeSpec, RangeSpec>>()

/** The same for one file. */
export function withLudusRouter(read: RangeFileRead, defaults: Defaults): RangeFileRead {
  const { default_router_vm_name: name, default_router_template_name: template } = defaults
  if (read.kind !== 'ok' || (name === undefined && template === undefined)) return read
  const known = made.get(defaults) ?? new WeakMap<RangeSpec, RangeSpec>()
  made.set(defaults, known)
  const spec = known.get(read.spec) ?? settled(read.spec, defaults)
  known.set(read.spec, spec)
  return { ...read, spec }
}

function settled(
  spec: RangeSpec,
  { default_router_vm_name: vmName, default_router_template_name: template }: Defaults,
): RangeSpec {
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
