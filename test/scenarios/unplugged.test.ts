import { expect } from 'chai'
import type { Guest } from '../../adapters/simulator/world.ts'
import type { Lab } from './lab.ts'
import { personIn } from './person.ts'
import { openReadyLab } from './ready-lab.ts'
import { rangeText } from './ranges.ts'

const JD = rangeText([{ name: 'a', vlan: 10, octet: 1 }])

describe('a range whose running VMs have lost their network', () => {
  let lab: Lab
  afterEach(() => lab.close())

  const guestNamed = (name: string): Guest =>
    [...lab.simulator.world.guests.values()].find(({ config }) => config.get('name') === name)!
  const troubleOf = (name: string): string =>
    lab.controller.board.get('JD')?.vms.find((vm) => vm.name === name)?.trouble ?? ''

  it('is not Ready once its VNet was made anew, names the VMs, and is when they were stopped and started', async () => {
    lab = await openReadyLab({ 'JD.yml': JD })
    const person = personIn(lab.simulator)
    expect(await person('DELETE', '/cluster/sdn/vnets/r1')).to.include({ status: 200 })
    expect(await person('PUT', '/cluster/sdn')).to.include({ status: 200 })
    const a = guestNamed('JD-a')
    a.running!.loose.add('net0')

    await lab.until(() => troubleOf('JD-a') !== '')
    expect(troubleOf('JD-a')).to.match(
      /vm JD-a: it runs and net0 hangs on no bridge, .*qm shutdown 1010001 .*qm stop 1010001.*qm start 1010001/,
    )
    expect(lab.simulator.world.sdn.running.vnets.has('r1')).to.equal(true)
    expect(lab.ready('JD')).to.equal(false)
    await lab.sleep(60_000)
    expect(lab.ready('JD')).to.equal(false)

    expect(await person('POST', `/nodes/${a.node}/qemu/${a.vmid}/status/stop`)).to.include({ status: 200 })
    await lab.until(() => lab.ready('JD'))
    expect(troubleOf('JD-a')).to.equal('')
  })

  it('is found out at the next look at their configurations, whoever unplugged them', async () => {
    lab = await openReadyLab({ 'JD.yml': JD }, { settings: { auditMs: 60_000 } })
    const a = guestNamed('JD-a')
    a.running!.loose.add('net0')
    await lab.until(() => /net0 hangs on no bridge/.test(troubleOf('JD-a')))
    expect(lab.ready('JD')).to.equal(false)
  })
})
