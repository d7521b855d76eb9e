import { expect } from 'chai'
import { rename } from 'node:fs/promises'
import path from 'node:path'
import { readyConditionOf } from '../../model/range-status.ts'
import { cases, every, isLong } from '../runner/long-runs.ts'
import { bridgesWorld } from './bridges-world.ts'
import { type Lab, openLab } from './lab.ts'
import { openReadyLab } from './ready-lab.ts'
import { rangeText } from './ranges.ts'

const RANGE = rangeText([{ name: 'a', vlan: 10, octet: 1 }])

describe('a range id', () => {
  let lab: Lab
  afterEach(() => lab.close())
  const ready = (id: string) => {
    const status = lab.controller.board.get(id)
    return status && readyConditionOf(status)
  }
  const move = (from: string, to: string) => rename(path.join(lab.folder, from), path.join(lab.folder, to))

  const modes = [
    ['a cluster', () => openReadyLab({ 'JD.yml': RANGE })],
    ['a single node', () => openLab({ world: bridgesWorld(1), files: { 'JD.yml': RANGE } })],
  ] as const
  for (const [mode, open] of cases<(typeof modes)[number]>(modes, ([mode]) => mode === 'a cluster'))
    it(`that differs only in case from one on ${mode} is told, and nothing is made for it`, async () => {
      lab = await open()
      await lab.until(() => lab.ready('JD'))
      const before = lab.writes().length
      await move('JD.yml', 'jd.yml')
      await lab.until(() => ready('jd')?.reason === 'IdTaken')
      expect(ready('jd')?.message).to.match(/the range JD is on the cluster.*rename the file back to JD/)
      await lab.sleep(isLong ? 600_000 : 60_000)
      expect(lab.writes().slice(before)).to.deep.equal([])
      await move('jd.yml', 'JD.yml')
      await lab.until(() => lab.ready('JD'))
    })

  for (const id of cases(['ADMIN', 'shared', 'Root', 'lanista'], every(2)))
    it(`like ${id} is reserved: nothing is made or removed`, async () => {
      lab = await openLab({ files: { [`${id}.yml`]: RANGE } })
      await lab.until(() => ready(id)?.reason === 'Invalid')
      await lab.drop(`${id}.yml`, `${RANGE}ludus_extensions: { lanista: { state: absent } }\n`)
      await lab.pass()
      expect(ready(id)?.message).to.match(new RegExp(`the range id ${id} is reserved`))
      expect(lab.writes()).to.deep.equal([])
    })
})
