import { expect } from 'chai'
import { readyConditionOf } from '../../model/range-status.ts'
import { type Lab, openLab } from './lab.ts'
import { rangeText } from './ranges.ts'

const TEXT = rangeText([{ name: 'a', vlan: 10, octet: 1 }])

describe('a Ready range, while the networks of another are applied', () => {
  let lab: Lab
  beforeEach(async () => {
    lab = await openLab({ files: { 'JD.yml': TEXT }, durations: { networkReload: 20_000 } })
    await lab.until(() => lab.ready('JD'))
  })
  afterEach(() => lab.close())

  /** Every `Ready` of JD until the condition holds, each turn once. */
  const turnsUntil = async (condition: () => boolean): Promise<readonly string[]> => {
    const turns: string[] = []
    const stop = lab.controller.board.onChange((status) => {
      const ready = status.id === 'JD' ? readyConditionOf(status) : undefined
      const turn = `${ready?.status} ${ready?.reason}: ${ready?.message}`
      if (ready !== undefined && turns.at(-1) !== turn) turns.push(turn)
    })
    await lab.until(condition)
    stop()
    return turns
  }

  it('stays Ready: its own are in force all the time, whatever nodes say of the version', async () => {
    await lab.drop('KT.yml', TEXT)
    const nagging = setInterval(() => lab.controller.ranges.trigger('JD'), 5000)
    const turns = await turnsUntil(() => lab.ready('KT'))
    clearInterval(nagging)
    expect(turns.filter((turn) => !turn.startsWith('True'))).to.deep.equal([])
  })
})
