import { expect } from 'chai'
import type { RangeStatus } from '../../model/range-status.ts'
import { type Lab, openLab } from './lab.ts'
import { rangeText } from './ranges.ts'

const SECRET = 'hunter2sWordsAreMyBond'
const VM = rangeText([{ name: 'a', vlan: 10, octet: 1 }])

describe('a secret in a broken range file', () => {
  let lab: Lab
  afterEach(() => lab.close())

  for (const [situation, text] of [
    ['under a key that nobody knows', `${VM}    api_key: ${SECRET}\n`],
    ['beside a slip in its line', `${VM}    role_vars: { ansible_become_pass: ${SECRET}, x: [ }\n`],
    ['in the place of a number', VM.replace('ram_gb: 2', `ram_gb: ${SECRET}`)],
    ['in the place of a map', `${VM}    domain: ${SECRET}\n`],
    ['that begins with an asterisk', `${VM}    role_vars: { pin: *${SECRET} }\n`],
  ] as const)
    it(`is in no status, notification or condition ${situation}`, async () => {
      const told: string[] = []
      const store = {
        write: (status: RangeStatus) => {
          told.push(JSON.stringify(status))
          return Promise.resolve()
        },
        remove: () => Promise.resolve(),
      }
      lab = await openLab({ files: { 'JD.yml': text }, store })
      await lab.until(() => lab.controller.board.get('JD')?.conditions.at(-1)?.reason === 'Invalid')
      const status = lab.controller.board.get('JD')
      expect(status?.diagnostics).not.to.deep.equal([])
      expect([...told, JSON.stringify(status)].join('\n')).not.to.include(SECRET)
    })
})
