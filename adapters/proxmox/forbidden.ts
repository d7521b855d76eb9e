import type { Request } from './calls.ts'

/** What a 403 says is missing. */
export interface Refusal {
  readonly path: string
  /** Each of them is needed, or one of them, as far as Proxmox tells. */
  readonly rights: readonly string[]
}

/** What Proxmox' 403 tells: `Permission check failed (/sdn/zones/ludus, SDN.Allocate)`, rights joined with `|` or `,`. */
const MISSING = /\((\/[^,)]*), ([A-Za-z.|, ]+)\)/

/**
 * What is missing. Of a clone that may not make its VM Proxmox tells neither right nor path, as one in the pool would do;
 * of other calls undefined where it doesn't.
 */
export function refusalOf({ call, params }: Pick<Request, 'call' | 'params'>, detail: string): Refusal | undefined {
  const [, path, rights] = MISSING.exec(detail) ?? []
  if (path !== undefined && rights !== undefined) return { path, rights: neededOf(rights) }
  return call === 'POST /nodes/{node}/qemu/{vmid}/clone' && params['newid'] !== undefined
    ? { path: `/vms/${params['newid']}`, rights: ['VM.Allocate'] }
    : undefined
}

/**
 * Rights joined with `|` are alternatives (pve-access-control, `check_any`). Where one of them only looks, nothing more is asked for: the
 * others may be as much as running any command in a guest.
 */
function neededOf(rights: string): readonly string[] {
  const all = rights.split(/[|,\s]+/).filter((right) => right !== '')
  const looks = rights.includes('|') ? all.find((right) => right.endsWith('.Audit')) : undefined
  return looks === undefined ? all : [looks]
}

/** Says which right is missing on which path. How it is given stands in what is known of the rights there are. */
export const forbiddenMessage = (refusal: Refusal | undefined, detail: string, tokenId: string): string =>
  refusal === undefined
    ? `the API token ${tokenId} is not allowed to (${detail})`
    : `the API token ${tokenId} lacks ${refusal.rights.join('|')} on ${refusal.path} (${detail})`
