import { expect } from 'chai'
import type { Lab } from './lab.ts'
import { openReadyLab } from './ready-lab.ts'
import { rangeText } from './ranges.ts'

const JD = rangeText([{ name: 'a', vlan: 10, octet: 1 }])
const ABSENT = `${JD}ludus_extensions: { lanista: { state: absent } }\n`

describe('a range that is to stay after all, while its VMs are being shut down for its removal', () => {
  let lab: Lab
  afterEach(() => lab.close())

  it('is called Ready only once they run again, whatever the list says meanwhile', async () => {
    lab = await openReadyLab({ 'JD.yml': JD }, { durations: { shutdown: 5000 } })
    // Long enough for the nodes to have said that they run.
    await lab.sleep(20_000)
    const { journal, world } = lab.simulator
    const running = () => [...world.guests.values()].filter((guest) => guest.running !== undefined).length
    const shutDown = journal.next({ method: 'POST', path: /\/1010001\/status\/shutdown$/ }, 'answered')
    await lab.drop('JD.yml', ABSENT)
    await shutDown
    await lab.until(() => !lab.ready('JD'))
    const claims: number[] = []
    lab.controller.board.onChange(() => lab.ready('JD') && claims.push(running()))
    await lab.drop('JD.yml', JD)
    await lab.until(() => claims.length > 0 && running() === 2)
    expect(claims).to.deep.equal(claims.map(() => 2))
  })
})
