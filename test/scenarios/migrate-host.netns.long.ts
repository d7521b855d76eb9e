import { writeFileSync, rmSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect } from 'chai'
import { LudusHost } from './ludus-host.ts'
import { whyNoHost } from './why-no-host.ts'

/** Longer than the time in which it is to be confirmed, with all that is done before and after. */
const PATIENCE_MS = 240_000

describe('lanista migrate host, on a Ludus host in network namespaces', function () {
  this.timeout(PATIENCE_MS)
  const works = {
    onNat: 'lease 192.0.2.* router 192.0.2.254 dns 192.0.2.254',
    behindRouter: '10.1.10.*',
    outside: true,
    inside: true,
  }
  let host: LudusHost
  let original: ReturnType<LudusHost['state']>

  before(function () {
    const why = whyNoHost()
    if (why === undefined) return
    console.warn(`\nskipped: the tests of lanista migrate host in network namespaces, because ${why}`)
    this.skip()
  })
  beforeEach(async () => {
    host = await LudusHost.open()
    original = host.state()
  })
  afterEach(() => host.close())

  it('moves the host to ludusnat and back, and the network works before, after and after the way back', async () => {
    expect(host.network()).to.deep.equal(works)

    const plan = await host.lanista('plan')
    expect(plan.status).to.equal(2)
    expect(plan.text).to.include('-iface vmbr1000 inet static').and.to.include('+iface ludusnat')
    expect(plan.text).to.include('+cluster_mode: true').and.to.include('+dhcp-option=ludusnat,6,192.0.2.254')
    expect(plan.text).to.include('8. ip route add 10.1.0.0/16 via 192.0.2.101 dev ludusnat')
    expect(plan.text).not.to.include('planted')
    expect(host.state(), 'a plan writes nothing').to.deep.equal(original)

    const run = host.start(['run', '--yes'])
    await run.says(/everything holds/)
    host.plugNat('ludusnat')
    expect(await host.lanista('confirm')).to.deep.equal({ status: 0, text: 'confirmed; it stays\n' })
    expect((await run.ended).status).to.equal(0)
    expect(host.network()).to.deep.equal(works)
    host.reload('ludusnat')
    expect(host.network(), 'an apply in Proxmox changes nothing of it').to.deep.equal(works)
    const moved = host.state()
    expect(moved['addresses']).to.include('ludusnat 192.0.2.254/24').and.not.to.include('vmbr1000')
    expect(moved['routes']).to.include('10.1.0.0/16 via 192.0.2.101 dev ludusnat')
    expect(moved['modes']).to.equal(original['modes'])

    const second = await host.lanista('run', '--yes')
    expect(second).to.deep.include({ status: 0 })
    expect(second.text).to.include('nothing to do')
    expect(host.state(), 'a second run changes nothing').to.deep.equal(moved)

    expect((await host.lanista('rollback', '--yes')).status).to.equal(0)
    host.plugNat('vmbr1000')
    expect(host.state()).to.deep.equal(original)
    expect(host.network()).to.deep.equal(works)
    expect(await host.lanista('rollback', '--yes')).to.deep.equal({ status: 0, text: 'there is nothing to put back\n' })
    host.removeVnet()
    expect(host.network(), 'nothing of the way is left in what ifupdown2 remembers of the VNet').to.deep.equal(works)
  })

  it('puts everything back by itself when the API can be reached no more, with the machines plugged in again', async () => {
    const run = host.start(['run', '--yes'])
    await run.says(/everything holds/)
    host.api('unreachable')
    const { status, text } = await run.ended
    expect(text).to.match(
      /Proxmox API: it can't be reached any more .*; everything is put back\neverything is as it was/,
    )
    expect(status).to.equal(1)
    expect(host.state()).to.deep.equal(original)
    expect(host.network()).to.deep.equal(works)
  })

  it('changes nothing while the API can not be reached', async () => {
    host.api('unreachable')
    const { status, text } = await host.lanista('run', '--yes')
    expect(text).to.match(/in the way: Proxmox API: .*198\.18\.0\.1:8006/)
    expect(status).to.equal(1)
    expect(host.state()).to.deep.equal(original)
  })

  it('puts everything back by itself when the terminal is gone and nobody confirms', async () => {
    const run = host.start(['run', '--yes'], ['script', '-q', '-e', '/dev/null', '-c'])
    await run.says(/Press Enter to keep it/)
    // The terminal goes with who holds it: a hang-up, as when the connection breaks off.
    run.child.kill('SIGKILL')
    await run.ended
    expect(host.state(), 'nobody has confirmed by going away').not.to.deep.equal(original)
    const told = await host.lanista('rollback')
    expect(told.text).to.include('nobody is at the terminal')
    await phaseOf(host, 'reverted')
    expect(host.state()).to.deep.equal(original)
    expect(host.network()).to.deep.equal(works)
  })

  it('is begun by a word at the terminal, and kept by Enter', async () => {
    const run = host.start(['run'], ['script', '-q', '-e', '/dev/null', '-c'])
    await run.says(/Type yes to change this host: /)
    run.child.stdin?.write('yes\n')
    await run.says(/Press Enter to keep it/)
    run.child.stdin?.write('\n')
    const { status, text } = await run.ended
    expect(text).to.include('confirmed; it stays')
    expect(status).to.equal(0)
  })

  for (const then of ['run', 'rollback'] as const)
    it(`can be killed in the middle, and ${then === 'run' ? 'gone on with' : 'put back'}`, async () => {
      const hold = join(host.folder, 'hold-dnsmasq')
      writeFileSync(hold, '')
      const run = host.start(['run', '--yes'])
      await run.says(/done: write \/etc\/dnsmasq/)
      const worker = /process ([0-9]+) does it/.exec(run.text)?.[1]
      run.child.kill('SIGKILL')
      process.kill(Number(worker), 'SIGKILL')
      await run.ended
      rmSync(hold)

      const plan = await host.lanista('plan')
      expect(plan.status).to.equal(1)
      expect(plan.text).to.include('a move of this host was begun and is not over')
      if (then === 'rollback') {
        // Putting back needs nothing of Proxmox.
        rmSync(join(host.folder, 'token'))
        expect((await host.lanista('rollback', '--yes')).status).to.equal(0)
        expect(host.state()).to.deep.equal(original)
      } else {
        const again = host.start(['run', '--yes'])
        await again.says(/everything holds/)
        host.plugNat('ludusnat')
        expect((await host.lanista('confirm')).status).to.equal(0)
        expect((await again.ended).status).to.equal(0)
      }
      expect(host.network()).to.deep.equal(works)
    })
})

/** Resolves when the journal has come to a phase. */
async function phaseOf(host: LudusHost, phase: string): Promise<void> {
  const file = join(host.folder, 'state/migrate-host/journal.json')
  for (;;) {
    const journal: { readonly phase: string } = JSON.parse(readFileSync(file, 'utf8'))
    if (journal.phase === phase) return
    await new Promise((resolve) => {
      setTimeout(resolve, 200)
    })
  }
}
