import { expect } from 'chai'
import fc from 'fast-check'
import { driveKeys } from '../../../../adapters/simulator/guests/drive-format.ts'
import { printDrive, printSize, readDrive } from '../../../../adapters/simulator/guests/drives.ts'
import { nicFormat, printNic, readNic } from '../../../../adapters/simulator/guests/nic-format.ts'
import {
  bootProblem,
  cpuProblem,
  startupProblem,
  tagProblem,
} from '../../../../adapters/simulator/guests/option-formats.ts'
import { parsePropertyString } from '../../../../adapters/simulator/guests/property-string.ts'
import { canonicalTags } from '../../../../adapters/simulator/guests/tags.ts'
import { diskBytes } from '../../../../adapters/simulator/statistics.ts'

const mac = fc
  .array(fc.integer({ min: 0, max: 255 }), { minLength: 5, maxLength: 5 })
  .map((bytes) => ['BC', ...bytes.map((byte) => byte.toString(16).toUpperCase().padStart(2, '0'))].join(':'))

describe('property strings', () => {
  const table: readonly (readonly [string, Record<string, string>])[] = [
    ['virtio', { model: 'virtio' }],
    ['virtio=BC:24:11:00:00:01', { model: 'virtio', macaddr: 'BC:24:11:00:00:01' }],
    ['model=e1000,macaddr=BC:24:11:00:00:01', { model: 'e1000', macaddr: 'BC:24:11:00:00:01' }],
    ['bridge=vmbr0,virtio,firewall=on', { model: 'virtio', bridge: 'vmbr0', firewall: '1' }],
    ['virtio,,tag=7', { model: 'virtio', tag: '7' }],
  ]
  for (const [text, properties] of table)
    it(`reads ${text}`, () => expect(parsePropertyString(nicFormat, text, 'net0')).to.deep.equal({ properties }))

  const wrong: readonly (readonly [string, string])[] = [
    ['virtio,e1000', 'duplicate key in comma-separated list property: model'],
    ['virtio=BC:24:11:00:00:01,model=e1000', 'duplicate key in comma-separated list property: model'],
    ['model=e1000,virtio=BC:24:11:00:00:01', `key alias 'model' is already defined`],
    ['virtio,tag=7,tag=8', 'duplicate key in comma-separated list property: tag'],
    ['virtio,tag=', 'missing key in comma-separated list property'],
    ['virtio,firewall=maybe', "format error\nnet0.firewall: type check ('boolean') failed - got 'maybe'"],
  ]
  for (const [text, problem] of wrong)
    it(`refuses ${text}`, () => expect(parsePropertyString(nicFormat, text, 'net0')).to.deep.equal({ problem }))

  it('come back from a NIC as they were written', () => {
    fc.assert(
      fc.property(
        fc.constantFrom('virtio', 'e1000', 'vmxnet3'),
        mac,
        fc.record({ bridge: fc.constantFrom('vmbr0', 'r1'), tag: fc.integer({ min: 1, max: 4094 }).map(String) }),
        (model, address, rest) => {
          const nic = { model, mac: address, rest }
          expect(readNic(printNic(nic))).to.deep.equal(nic)
        },
      ),
    )
  })

  it('come back from every kind of drive', () => {
    for (const key of driveKeys.keys()) {
      const drive = { key, file: 'shared:200/vm-200-disk-0.qcow2', rest: { size: '32G' } }
      expect(readDrive(key, printDrive(drive)), key).to.deep.equal(drive)
    }
  })

  it('say a disk size in the largest unit that divides it', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 2 ** 30 }), (kib) => {
        const bytes = kib * 1024
        expect(diskBytes(`x,size=${printSize(bytes)}`)).to.equal(bytes)
      }),
    )
    expect([printSize(1_073_741_824), printSize(4_194_304), printSize(1025)]).to.deep.equal(['1G', '4M', '1025'])
    expect(printSize(2048 * 1_073_741_824)).to.equal('2048G')
  })

  it('make tags canonical once and for all', () => {
    fc.assert(
      fc.property(fc.array(fc.stringMatching(/^[a-zA-Z0-9_][a-zA-Z0-9_.+-]{0,5}$/), { minLength: 1 }), (tags) => {
        const stored = canonicalTags(tags.join(';'))
        expect(canonicalTags(stored)).to.equal(stored)
        expect(new Set(stored.split(';'))).to.deep.equal(new Set(tags.map((tag) => tag.toLowerCase())))
      }),
    )
  })

  const verdicts: readonly (readonly [string, (value: string) => string | undefined, string, boolean])[] = [
    ['boot', bootProblem, 'order=scsi0;ide2;net0', true],
    ['boot', bootProblem, 'cdn', true],
    ['boot', bootProblem, 'order=net32', false],
    ['boot', bootProblem, 'order=efidisk0', false],
    ['cpu', cpuProblem, 'host,flags=+aes;-pcid', true],
    ['cpu', cpuProblem, 'x86-64-v2-AES', true],
    ['cpu', cpuProblem, 'quantum', false],
    ['startup', startupProblem, 'order=1,up=30', true],
    ['startup', startupProblem, 'up', false],
    ['tags', tagProblem, 'a;b,c d', true],
    ['tags', tagProblem, 'ä', false],
  ]
  for (const [option, problem, value, fits] of verdicts)
    it(`${fits ? 'accept' : 'refuse'} ${option}=${value}`, () => expect(problem(value) === undefined).to.equal(fits))
})
