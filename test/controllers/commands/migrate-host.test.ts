import { expect } from 'chai'
import { parse } from 'yaml'
import { compose } from '../../../controllers/compose/compose.ts'
import type { Composition } from '../../../controllers/commands/composition.ts'
import { planHostCommand, runHostCommand } from '../../../controllers/commands/migrate-host.ts'
import { confirmHostCommand, rollbackHostCommand, workHostCommand } from '../../../controllers/commands/settle-host.ts'
import { carryOut } from '../../../controllers/host-migration/carry-out.ts'
import type { HostParts } from '../../../controllers/host-migration/host-parts.ts'
import { serverConfigSchema } from '../../../model/server-config.ts'
import { quiet } from '../../builders/quiet.ts'
import { HostLab } from '../host-migration/host-lab.ts'

const CONFIG = '/opt/ludus/config.yml'

/** The commands on a host in memory, whose worker is this process. */
class Bench {
  readonly lab = new HostLab()
  readonly printed: string[] = []
  answers: string[] = []
  isRoot = true
  readonly #working: Promise<unknown>[] = []
  #isAtWork = false

  readonly parts: HostParts = {
    ...this.lab.parts,
    presence: {
      claim: this.lab.parts.presence.claim,
      ask: async () => await Promise.resolve(this.#isAtWork ? 'asked' : 'nobody'),
    },
    startWorker: async () => {
      this.#isAtWork = true
      const ended = carryOut(this.parts, this.lab.signal)
        .catch(() => undefined)
        .then(() => {
          this.#isAtWork = false
          this.lab.die = () => undefined
        })
      this.#working.push(ended)
      return await Promise.resolve({ pid: 42, ended })
    },
  }

  readonly composition: Composition = {
    ...compose({ version: 'test', environment: {} }),
    openLog: () => quiet,
    loadConfig: async () =>
      await Promise.resolve(serverConfigSchema.parse(parse(this.lab.host.files.get(CONFIG) ?? ''))),
    host: async () => await Promise.resolve({ ...this.parts, isRoot: this.isRoot }),
  }

  readonly conversation = {
    print: (line: string) => void this.printed.push(line),
    paint: (_style: string, text: string) => text,
    question: async () => await Promise.resolve(this.answers.shift() ?? ''),
    enter: undefined,
  }

  get text(): string {
    return this.printed.join('\n')
  }

  plan = (format = 'text') =>
    planHostCommand(
      { config: CONFIG, outgoing: undefined, format },
      this.composition,
      this.conversation,
      this.lab.signal,
    )
  run = (yes = true) =>
    runHostCommand({ config: CONFIG, outgoing: undefined, yes }, this.composition, this.conversation, this.lab.signal)
  rollback = (yes = true) =>
    rollbackHostCommand({ config: CONFIG, yes }, this.composition, this.conversation, this.lab.signal)
  confirm = () => confirmHostCommand({ config: CONFIG }, this.composition, this.conversation, this.lab.signal)

  /** Confirms as soon as everything holds. */
  confirmsSoon(): void {
    this.lab.journal.onWrite = ({ phase }) => void (phase === 'waiting' && (this.lab.journal.word = 'confirm'))
  }
}

describe('lanista migrate host', () => {
  it('plan prints differences and commands for people and for programs, and writes nothing', async () => {
    const bench = new Bench()
    const original = bench.lab.host.state()
    expect(await bench.plan()).to.equal(2)
    expect(bench.text).to.include('--- /etc/network/interfaces\n+++ /etc/network/interfaces\n')
    expect(bench.text).to.include('  4. ifup ludusnat')
    bench.printed.length = 0
    expect(await bench.plan('json')).to.equal(2)
    const told: Record<string, readonly unknown[]> = JSON.parse(bench.text)
    expect(Object.keys(told)).to.deep.equal(['inTheWay', 'notes', 'files', 'commands'])
    expect(told['commands']).to.include('ifdown vmbr1000')
    expect(bench.lab.host.state()).to.deep.equal(original)
    expect(bench.lab.journal.kept).to.equal(undefined)
  })

  it('plan has status 1 where something is in the way: no VNet here, staged changes, no API', async () => {
    const bench = new Bench()
    const { look } = bench.lab.host
    bench.lab.host.look = async () => {
      const seen = await look.call(bench.lab.host)
      return { ...seen, devices: seen.devices.filter(({ name }) => name !== 'ludusnat') }
    }
    bench.lab.host.files.set('/etc/network/interfaces.new', '')
    bench.lab.isApiThere = false
    expect(await bench.plan()).to.equal(1)
    expect(bench.text).to.match(/in the way: Proxmox API: .*it has to answer before anything is changed/)
    expect(bench.text).to.include('in the way: ludusnat: there is no such device on this host')
    expect(bench.text).to.include('in the way: /etc/network/interfaces.new: a network change is staged')
  })

  it('plan says once all is moved what is left for a person', async () => {
    const bench = new Bench()
    bench.confirmsSoon()
    expect(await bench.run()).to.equal(0)
    bench.printed.length = 0
    expect(await bench.plan()).to.equal(0)
    expect(bench.text).to.include('ludus_nat_interface says vmbr1000').and.to.include('nothing to do')
  })

  it('run changes nothing for who does not say yes, or looks at another plan than is carried out', async () => {
    const bench = new Bench()
    const original = bench.lab.host.state()
    bench.answers = ['no']
    expect(await bench.run(false)).to.equal(1)
    expect(bench.lab.host.state()).to.deep.equal(original)
    bench.conversation.question = async () => {
      bench.lab.host.files.set('/etc/network/interfaces', `# mine\n${original.files['/etc/network/interfaces']}`)
      return await Promise.resolve('yes')
    }
    expect(await bench.run(false).catch(String)).to.include('this host has changed since the plan was shown')
    expect(bench.lab.journal.kept).to.equal(undefined)
  })

  it('is for root alone', async () => {
    const bench = new Bench()
    bench.isRoot = false
    for (const command of [
      bench.plan,
      bench.run,
      bench.rollback,
      bench.confirm,
      () => workHostCommand({ config: CONFIG }, bench.composition, bench.lab.signal),
    ])
      expect(await command().catch(String)).to.match(/for root alone .*; run it with sudo/)
  })

  it('run tells what is done, and that it is put back; rollback has nothing to do then', async () => {
    const bench = new Bench()
    expect(await bench.run()).to.equal(1)
    expect(bench.text).to.include('done: ifdown vmbr1000').and.to.include('nobody confirmed it within 120 s')
    expect(await bench.rollback()).to.equal(0)
    expect(bench.text).to.include('there is nothing to put back')
  })

  it('rollback puts back what was confirmed, and what waits', async () => {
    const confirmed = new Bench()
    const original = confirmed.lab.host.state()
    confirmed.confirmsSoon()
    expect(await confirmed.run()).to.equal(0)
    expect(await confirmed.rollback()).to.equal(0)
    expect(confirmed.lab.host.state()).to.deep.equal(original)

    const waiting = new Bench()
    let rolledBack: Promise<number> | undefined
    waiting.lab.journal.onWrite = ({ phase }) => void (phase === 'waiting' && (rolledBack ??= waiting.rollback()))
    expect(await waiting.run()).to.equal(1)
    expect(await rolledBack).to.equal(0)
    expect(waiting.text).to.include('somebody asked for it; everything is put back')
  })

  it('confirm keeps it, and says why there is nothing to confirm', async () => {
    const bench = new Bench()
    expect(await bench.confirm().catch(String)).to.include('no move of this host waits for it')
    let confirmed: Promise<number> | undefined
    bench.lab.journal.onWrite = ({ phase }) => void (phase === 'waiting' && (confirmed ??= bench.confirm()))
    expect(await bench.run()).to.equal(0)
    expect(await confirmed).to.equal(0)
    expect(await bench.confirm().catch(String)).to.include('it is confirmed already')
  })

  it('run starts another process to put everything back when the one at work is gone', async () => {
    const bench = new Bench()
    const original = bench.lab.host.state()
    let isFirst = true
    bench.lab.host.onChange = (change) => {
      if (change !== 'ifup ludusnat' || !isFirst) return
      isFirst = false
      // Nothing that it does counts any more.
      bench.lab.die = () => {
        throw new Error('killed')
      }
    }
    expect(await bench.run()).to.equal(1)
    expect(bench.text).to.include('the process at work is gone; everything is put back')
    expect(bench.lab.host.state()).to.deep.equal(original)
  })
})
