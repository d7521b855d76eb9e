import { expect } from 'chai'
import fc from 'fast-check'
import { carryOut } from '../../../controllers/host-migration/carry-out.ts'
import { beginPuttingBack } from '../../../controllers/host-migration/begin.ts'
import { CONFIRM_WITHIN_MS } from '../../../controllers/host-migration/host-parts.ts'
import { commandOf } from '../../../model/host-migration.ts'
import { HostError } from '../../../model/host-ports.ts'
import { runs } from '../../runner/long-runs.ts'
import { HostLab } from './host-lab.ts'

/** Ends the work as kill -9 does: nothing of it comes after. */
class Killed extends Error {}

const told = ({ journal }: HostLab): string => journal.kept?.told.join('\n') ?? ''

describe('the move of the host', () => {
  it('does all steps in order, waits, and stays when it is confirmed; a second plan is empty', async () => {
    const lab = new HostLab()
    await lab.begin()
    lab.journal.onWrite = ({ phase }) => void (phase === 'waiting' && (lab.journal.word = 'confirm'))
    expect(await lab.carryOut()).to.equal('confirmed')
    expect(lab.host.changes).to.deep.equal([
      'write /opt/ludus/config.yml',
      'systemctl restart ludus ludus-admin',
      'write /etc/network/interfaces',
      'ifup ludusnat',
      'write /etc/dnsmasq.d/dnsmasq-eno1.conf',
      'systemctl restart dnsmasq',
      'ifdown vmbr1000',
      'ip route add 10.3.0.0/16 via 192.0.2.103 dev ludusnat',
      'ip route add 172.16.0.0/12 via 192.0.2.9 dev ludusnat',
    ])
    const { plan } = await lab.plan()
    expect(plan).to.deep.include({ files: [], steps: [], inTheWay: [] })
  })

  it('puts everything back when nobody confirms it in time, and not before', async () => {
    const lab = new HostLab()
    const original = lab.host.state()
    await lab.begin()
    let waitsSince = 0
    lab.journal.onWrite = ({ phase }) => {
      if (phase === 'waiting') waitsSince = lab.now
      if (phase === 'reverting') expect(lab.now - waitsSince).to.be.at.least(CONFIRM_WITHIN_MS)
    }
    expect(await lab.carryOut()).to.equal('reverted')
    expect(told(lab)).to.include('nobody confirmed it within 120 s; everything is put back\neverything is as it was')
    expect(lab.host.state()).to.deep.equal(original)
  })

  it('puts everything back when the API goes, and does not for one answer that is lost', async () => {
    for (const lasts of [true, false]) {
      const lab = new HostLab()
      const original = lab.host.state()
      await lab.begin()
      lab.journal.onWrite = ({ phase }) => {
        if (phase !== 'waiting') return
        lab.isApiThere = false
        const since = lab.now
        lab.onTime = () => {
          if (!lasts) lab.isApiThere = true
          if (!lasts && lab.now > since + 60_000) lab.journal.word = 'confirm'
        }
      }
      expect(await lab.carryOut()).to.equal(lasts ? 'reverted' : 'confirmed')
      if (!lasts) continue
      expect(told(lab)).to.include("Proxmox API: it can't be reached any more (https://pve1:8006: no answer)")
      expect(lab.host.state()).to.deep.equal(original)
    }
  })

  it('puts everything back when what a step is for does not hold after it, and says what', async () => {
    const lab = new HostLab()
    const original = lab.host.state()
    await lab.begin()
    const { run } = lab.host
    lab.host.run = async (command) =>
      command[0] === 'ifup' && command[1] === 'ludusnat' ? undefined : run.call(lab.host, command)
    expect(await lab.carryOut()).to.equal('reverted')
    expect(told(lab)).to.include(
      'after ifup ludusnat: ludusnat: it has no address, not 192.0.2.254/24; everything is put back',
    )
    expect(lab.host.state()).to.deep.equal(original)
  })

  it('goes no step further when the API goes in the middle, and undoes that step as well', async () => {
    for (const gone of [
      'ifup ludusnat',
      'systemctl restart dnsmasq',
      'ip route add 10.3.0.0/16 via 192.0.2.103 dev ludusnat',
    ]) {
      const lab = new HostLab()
      const original = lab.host.state()
      await lab.begin()
      const { steps } = (await lab.plan()).plan
      lab.host.onChange = (change, when) => void (change === gone && when === 'after' && (lab.isApiThere = false))
      expect(await lab.carryOut()).to.equal('reverted')
      expect(told(lab), gone).to.include("Proxmox API: it can't be reached any more")
      const at = lab.host.changes.indexOf(gone)
      const next = steps[at + 1]
      if (next !== undefined) expect(lab.host.changes[at + 1]).not.to.equal(commandOf(next))
      expect(lab.host.state(), gone).to.deep.equal(original)
    }
  })

  it('puts everything back when a later step undoes what an earlier one was for', async () => {
    const lab = new HostLab()
    const original = lab.host.state()
    await lab.begin()
    lab.host.onChange = (change, when) =>
      void (change === 'ifdown vmbr1000' && when === 'after' && lab.host.endDnsmasq())
    expect(await lab.carryOut()).to.equal('reverted')
    expect(told(lab)).to.include('dnsmasq: the service does not run')
    expect(lab.host.state()).to.deep.equal(original)
  })

  it('puts everything back although its journal can be written no more, and says so', async () => {
    const lab = new HostLab()
    const original = lab.host.state()
    await lab.begin()
    lab.host.onChange = (change) => {
      if (change !== 'ifup ludusnat') return
      lab.journal.before = () => {
        throw new Error('ENOSPC: no space left on device')
      }
    }
    const said = await lab.carryOut().catch(String)
    expect(said).to.match(/the journal can't be written \(.*no space left.*\); everything was put back all the same/)
    expect(lab.host.state()).to.deep.equal(original)
  })

  it('puts everything back when it is told to end, on the way or while it waits', async () => {
    for (const phase of ['changing', 'waiting']) {
      const lab = new HostLab()
      const original = lab.host.state()
      await lab.begin()
      const end = new AbortController()
      lab.journal.onWrite = (journal) => void (journal.phase === phase && journal.done > 3 && end.abort())
      expect(await carryOut(lab.parts, end.signal)).to.equal('reverted')
      expect(told(lab), phase).to.include('this process was told to end; everything is put back')
      if (phase === 'changing') expect(lab.journal.kept?.done, 'nothing further is begun').to.equal(4)
      expect(lab.host.state()).to.deep.equal(original)
    }
  })

  it('overwrites no file that somebody has changed meanwhile, before or on the way back', async () => {
    const before = new HostLab()
    await before.begin()
    before.host.files.set('/etc/network/interfaces', 'auto lo\n')
    expect(await before.carryOut()).to.equal('reverted')
    expect(told(before)).to.include('/etc/network/interfaces: somebody has changed it meanwhile')
    expect(before.host.files.get('/etc/network/interfaces')).to.equal('auto lo\n')

    const after = new HostLab()
    await after.begin()
    after.journal.onWrite = ({ phase }) =>
      void (phase === 'waiting' && after.host.files.set('/etc/dnsmasq.d/dnsmasq-eno1.conf', 'mine\n'))
    expect(await after.carryOut()).to.equal('reverted')
    expect(after.host.files.get('/etc/dnsmasq.d/dnsmasq-eno1.conf')).to.equal('mine\n')
    expect(after.journal.kept?.left.join('\n')).to.match(/put it back by hand/)
  })

  it('leaves NICs where they were moved meanwhile when it is put back', async () => {
    const lab = new HostLab()
    const original = lab.host.state()
    await lab.begin()
    lab.journal.onWrite = ({ phase }) => void (phase === 'waiting' && (lab.journal.word = 'confirm'))
    await lab.carryOut()
    lab.host.plug('tap1', 'ludusnat')
    await beginPuttingBack(lab.parts)
    expect(await lab.carryOut()).to.equal('reverted')
    expect(lab.host.state()).to.deep.equal({ ...original, ports: { tap1: 'ludusnat', tap2: 'vmbr1000' } })
  })

  it('begins no second move over one that was confirmed, whose way back would be lost', async () => {
    const lab = new HostLab()
    await lab.begin()
    lab.journal.onWrite = ({ phase }) => void (phase === 'waiting' && (lab.journal.word = 'confirm'))
    await lab.carryOut()
    const refused = await lab.begin().catch((error: unknown) => String(error))
    expect(refused).to.include('a move of this host was confirmed before')
  })

  it('comes to its end or back to the letter, killed anywhere and with a fault anywhere', async () => {
    const point = fc.record({ at: fc.nat({ max: 24 }), when: fc.constantFrom('before', 'after' as const) })
    await fc.assert(
      fc.asyncProperty(
        fc.uniqueArray(point, { maxLength: 2, selector: ({ at }) => at }),
        fc.option(point),
        fc.constantFrom('confirm', 'rollback', 'silence'),
        async (kills, fault, word) => {
          const lab = new HostLab()
          const original = lab.host.state()
          await lab.begin()
          let count = -1
          lab.host.onChange = (_change, when) => {
            if (when === 'before') count += 1
            const isAt = (each: typeof fault): boolean => each?.at === count && each.when === when
            if (kills.some(isAt))
              lab.die = () => {
                throw new Killed()
              }
            lab.die()
            if (isAt(fault)) throw new HostError('it failed')
          }
          lab.journal.onWrite = ({ phase }) =>
            void (phase === 'waiting' && word === 'confirm' && (lab.journal.word = 'confirm'))
          const end = await untilOver(lab, word === 'rollback')
          if (end === 'confirmed') {
            expect(await lab.plan().then(({ plan }) => plan.steps)).to.deep.equal([])
            expect(lab.host.state().addresses).to.deep.equal({ eno1: ['203.0.113.7/24'], ludusnat: ['192.0.2.254/24'] })
            await beginPuttingBack(lab.parts)
            await untilOver(lab)
          }
          // A fault on the way back is told, and putting back once more mends it.
          if ((lab.journal.kept?.left.length ?? 0) > 0) {
            await beginPuttingBack(lab.parts)
            await untilOver(lab)
          }
          expect(lab.journal.kept).to.deep.include({ phase: 'reverted', left: [] })
          expect(lab.host.state()).to.deep.equal(original)
        },
      ),
      { numRuns: runs(400) },
    )
  })
})

/** Starts again whenever it was killed, as `run` does, or `rollback`. */
async function untilOver(lab: HostLab, rollsBack = false): Promise<string> {
  for (;;)
    try {
      lab.die = () => undefined
      const end = await lab.carryOut()
      lab.die()
      return end
    } catch (error) {
      if (!(error instanceof HostError && error.cause instanceof Killed)) throw error
      lab.die = () => undefined
      if (rollsBack) await beginPuttingBack(lab.parts)
    }
}
