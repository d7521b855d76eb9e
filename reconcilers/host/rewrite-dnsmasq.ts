import { HOST_PATHS, NAT_DEVICE } from '../../model/host-migration.ts'
import { linesOf, namesDevice } from './interfaces-file.ts'
import type { Rewriting } from './rewrite-interfaces.ts'

/** Whether dnsmasq, started as Debian does, reads a file of this name in `/etc/dnsmasq.d`. */
export const isReadByDnsmasq = (name: string): boolean =>
  !/^\.|~$|^#.*#$|\.dpkg-(?:dist|old|new)$|\.bak$|\.ucf-/.test(name)

/** One of dnsmasq's files. In its text each character stands for one byte. */
export interface DnsmasqFile {
  readonly path: string
  readonly text: string
}

/** Options in which a device's name stands for itself, or as the tag that dnsmasq gives to all that come by it. */
const MOVED = /^(?:interface|dhcp-option|dhcp-option-force|dhcp-range)$/
const OPTION = /^(\s*)([a-z0-9-]+)(\s*=\s*)(.*?)(\s*|\s+#.*)(\r?\n?)$/

/** Names the NAT VNet's device in place of the NAT bridge in dnsmasq's files; all other lines stay to the letter. */
export function rewriteDnsmasq(
  files: readonly DnsmasqFile[],
  bridge: string,
): { readonly files: readonly DnsmasqFile[] } & Omit<Rewriting, 'text'> {
  const rewritten = files.map(({ path, text }) => ({
    path,
    text: linesOf(text)
      .map((line) => moved(line, bridge))
      .join(''),
  }))
  const inTheWay = rewritten.flatMap(({ path, text }) =>
    linesOf(text).flatMap((line, index) =>
      namesDevice(withoutComment(line), bridge)
        ? [
            `${path}:${index + 1}: it names ${bridge} in an option of which it isn't known what becomes; change or remove the line`,
          ]
        : [],
    ),
  )
  const serves = rewritten.some(({ text }) => linesOf(text).some((line) => isServed(line)))
  const nobody = `${HOST_PATHS.dnsmasqFolder}: no file says interface=${bridge}, so it isn't known what gives addresses on the NAT network; if dnsmasq does, add that line`
  return { files: rewritten, inTheWay: [...inTheWay, ...(serves ? [] : [nobody])], notes: [] }
}

function moved(line: string, bridge: string): string {
  const [, indent = '', key = '', equals = '', value = '', rest = '', end = ''] = OPTION.exec(line) ?? []
  if (!MOVED.test(key)) return line
  const parts = value.split(',').map((part) => partMoved(part, bridge))
  return `${indent}${key}${equals}${parts.join(',')}${rest}${end}`
}

/** `vmbr1000`, ` vmbr1000`, `tag:vmbr1000`. */
function partMoved(part: string, bridge: string): string {
  const [, before = '', name = '', after = ''] = /^(\s*(?:tag:)?)(.*?)(\s*)$/.exec(part) ?? []
  return name === bridge ? `${before}${NAT_DEVICE}${after}` : part
}

const withoutComment = (line: string): string => line.replace(/(?:^|\s)#.*/s, '')

function isServed(line: string): boolean {
  const [, , key, , value = ''] = OPTION.exec(line) ?? []
  return key === 'interface' && value.split(',').some((part) => part.trim() === NAT_DEVICE)
}
