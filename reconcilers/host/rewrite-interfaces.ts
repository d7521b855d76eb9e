import { HOST_PATHS, type HostTarget, NAT_DEVICE } from '../../model/host-migration.ts'
import { printable } from '../../model/printable.ts'
import {
  ifacesOf,
  type InterfacesFile,
  namesDevice,
  parseInterfaces,
  readsSdn,
  type Stanza,
  type Statement,
} from './interfaces-file.ts'
import { lacksOf, natBlockOf, natDeviceBlock } from './nat-block.ts'

/** What becomes of one file's text, what is in the way of that, and what a person should know of besides. */
export interface Rewriting {
  /** The same text when there is nothing to change in it, or something is in the way. */
  readonly text: string
  readonly inTheWay: readonly string[]
  readonly notes: readonly string[]
}

const FILE = HOST_PATHS.interfaces

/**
 * Replaces the NAT bridge's block in `/etc/network/interfaces` by one of the NAT VNet's device; comments and all other
 * blocks stay to the letter. The new block has no `auto`: Proxmox' own file has that, with the bridge that the VNet is.
 */
export function rewriteInterfaces(text: string, target: HostTarget): Rewriting {
  const file = parseInterfaces(text)
  const sdn = readsSdn(file)
    ? []
    : [
        `${FILE}: it does not read /etc/network/interfaces.d/sdn, where Proxmox writes VNets, so ${NAT_DEVICE} would be gone after a restart; add the line: source /etc/network/interfaces.d/*`,
      ]
  const ways = [...whyNot(file, target), ...sdn]
  if (ways.length > 0) return { text, inTheWay: ways, notes: [] }
  const after = rewritten(file, target)
  return { text: after, inTheWay: [], notes: notesOf(file, target) }
}

const at = ({ from }: Statement): string => `${FILE}:${from + 1}`

function whyNot(file: InterfacesFile, { bridge }: HostTarget): readonly string[] {
  const [old, ...more] = ifacesOf(file, bridge)
  const own = ifacesOf(file, NAT_DEVICE)
  if (own.length > 1) return [`${FILE}: ${NAT_DEVICE} has ${own.length} blocks; make it one`]
  const lacks = own.flatMap(lacksOf)
  if (own[0] !== undefined && lacks.length > 0)
    return [`${at(own[0].header)}: the block of ${NAT_DEVICE} lacks ${lacks.join(', ')}; add that, or remove the block`]
  if (old === undefined) {
    if (own[0] !== undefined) return []
    return [
      `${FILE}: it has no block of ${bridge}, the NAT bridge; if it is in another file, move it here; if it has another name, set ludus_nat_interface`,
    ]
  }
  if (more[0] !== undefined)
    return [
      `${at(more[0].header)}: this is a second block of ${bridge}, and it isn't known what of it ${NAT_DEVICE} needs; join them, or remove it`,
    ]
  return natBlockOf(old, bridge).unknown.map(
    ({ statement, finding }) =>
      `${at(statement)}: ${printable(finding)}, so it isn't known whether ${NAT_DEVICE} needs it; remove the line, or move it to where it belongs`,
  )
}

function rewritten(file: InterfacesFile, { bridge, outgoing }: HostTarget): string {
  const [old] = ifacesOf(file, bridge)
  const lines: (string | undefined)[] = [...file.lines]
  const drop = ({ from, to }: Statement): void => void lines.fill(undefined, from, to)
  for (const { keyword, words, header } of file.stanzas) {
    if (!/^(?:auto|allow-)/.test(keyword) || !words.includes(bridge)) continue
    if (words.every((word) => word === bridge)) drop(header)
    else
      for (let index = header.from; index < header.to; index += 1)
        lines[index] = withoutWord(file.lines[index] ?? '', bridge)
  }
  if (old === undefined) return lines.filter((line) => line !== undefined).join('')
  ;[old.header, ...old.options].forEach(drop)
  if (ifacesOf(file, NAT_DEVICE).length === 0) {
    const { carried } = natBlockOf(old, bridge)
    const end = /\r?\n$/.exec(file.lines[old.header.to - 1] ?? '')?.[0] ?? '\n'
    const block = natDeviceBlock(outgoing, carried, indentOf(file, old))
    lines[old.header.from] = block.map((line) => `${line}${end}`).join('')
  }
  return lines.filter((line) => line !== undefined).join('')
}

const withoutWord = (line: string, word: string): string =>
  line.replaceAll(new RegExp(`(?<=\\s)${word.replaceAll(/[^\w]/g, '\\$&')}(?=\\s|$)[ \\t]*`, 'g'), '')

const indentOf = ({ lines }: InterfacesFile, { options: [first] }: Stanza): string =>
  /^[ \t]+/.exec((first && lines[first.from]) ?? '')?.[0] ?? '    '

function notesOf(file: InterfacesFile, { bridge, outgoing }: HostTarget): readonly string[] {
  const [old] = ifacesOf(file, bridge)
  const outs = new Set(old === undefined ? [] : natBlockOf(old, bridge).outs)
  const elsewhere = [...outs].filter((out) => out !== outgoing)
  const naming = file.stanzas
    .filter((stanza) => stanza !== old)
    .flatMap(({ options }) => options)
    .filter(({ text }) => namesDevice(text, bridge))
  return [
    ...(elsewhere.length === 0
      ? []
      : [
          `${FILE}: the NAT network left by ${printable(elsewhere.join(', '))} until now, and is to leave by ${outgoing}, which has the default route; --outgoing names another`,
        ]),
    ...naming.map(
      (statement) => `${at(statement)}: it names ${bridge}, and stays as it is; look whether ${NAT_DEVICE} is meant`,
    ),
  ]
}
