import { decimal, flag, oneOf, text, type ParameterTable } from '../parameters.ts'
import { driveKeys, unusedFormat, unusedKeys } from './drive-format.ts'
import { nicFormat } from './nic-format.ts'
import { hostpciFormat } from './option-formats.ts'
import { numbered, property } from './property-parameter.ts'

const numaRanges = text({ pattern: /\d+(?:-\d+)?(?:;\d+(?:-\d+)?)*/ })

/** Options that add a device each: NICs, drives, ports, passed-through hardware. */
export const deviceOptions: ParameterTable = {
  ...numbered('net', 32, (name) => property(name, nicFormat)),
  ...Object.fromEntries([...driveKeys].map(([name, format]) => [name, property(name, format)] as const)),
  ...Object.fromEntries(unusedKeys.map((name) => [name, property(name, unusedFormat)] as const)),
  ...numbered('hostpci', 16, (name) => property(name, hostpciFormat)),
  ...numbered('usb', 14, (name) =>
    property(name, {
      host: {
        ...text({ pattern: /(?:(0x)?[0-9A-Fa-f]{4}:(0x)?[0-9A-Fa-f]{4}|\d+-\d+(\.\d+)*|[Ss][Pp][Ii][Cc][Ee])/ }),
        defaultKey: true,
      },
      mapping: text({ format: 'pve-configid' }),
      usb3: flag,
    }),
  ),
  ...numbered('serial', 4, () => text({ pattern: /(\/dev\/.+|socket)/ })),
  ...numbered('parallel', 3, () => text({ pattern: /\/dev\/parport\d+|\/dev\/usb\/lp\d+/ })),
  ...numbered('numa', 8, (name) =>
    property(name, {
      cpus: { ...numaRanges, required: true },
      hostnodes: numaRanges,
      memory: decimal(),
      policy: oneOf('preferred', 'bind', 'interleave'),
    }),
  ),
  ...numbered('virtiofs', 10, (name) =>
    property(name, {
      dirid: { ...text({ format: 'pve-configid' }), required: true, defaultKey: true },
      cache: oneOf('auto', 'always', 'metadata', 'never'),
      'direct-io': flag,
      'expose-acl': flag,
      'expose-xattr': flag,
    }),
  ),
}
