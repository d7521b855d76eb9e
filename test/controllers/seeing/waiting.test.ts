import { expect } from 'chai'
import { FakeLanistaApi } from '../../builders/fake-lanista-api.ts'
import { passUntilEnded, startWith, StoppedClock } from '../../builders/seeing.ts'
import { RANGES, rangeView } from '../../builders/views.ts'
import type { Started } from '../../scenarios/command-line.ts'

const [JD, KT, LM] = RANGES

/** Turns of the event loop, in which what was told is heard. */
const turns = async (): Promise<void> => {
  for (let turn = 0; turn < 10; turn += 1)
    await new Promise((resolve) => {
      setImmediate(resolve)
    })
}

describe('waiting for ranges', () => {
  let api: FakeLanistaApi
  let clock: StoppedClock
  beforeEach(() => {
    api = new FakeLanistaApi()
    clock = new StoppedClock()
  })
  const start = (args: readonly string[], columns?: number): Started =>
    startWith(api, args, {
      ...(columns === undefined ? {} : { columns }),
      environment: { NO_COLOR: '1' },
      composition: { clock },
    })

  it('ends at once when they are Ready, with a line for each', async () => {
    const { status, stdout } = await start(['wait', 'range/JD']).ended
    expect([status, stdout]).to.deep.equal([0, 'JD  0s  Ready\n'])
  })

  it('with no time at all asks how they are just now', async () => {
    for (const [range, status] of [
      ['JD', 0],
      ['LM', 1],
    ] as const) {
      const started = start(['wait', range, '--timeout', '0s'])
      expect((await passUntilEnded(clock, started, 0)).status, range).to.equal(status)
    }
  })

  it('prints one line a change off a terminal, and ends with 0 when the last is Ready', async () => {
    const started = start(['wait', 'JD', 'LM'])
    await started.says(/LM .*being cloned/)
    clock.pass(61_000)
    api.is({ ...LM, message: '0 of 1 VMs are running; vm LM-web is being configured' })
    await started.says(/configured/)
    api.is({
      ...LM,
      changedAt: '2026-11-30T03:12:46.000Z',
      message: '0 of 1 VMs are running; vm LM-web is being configured',
    })
    api.is({ ...LM, state: 'Ready', reason: 'Ready' })
    const { status, stdout } = await started.ended
    expect(stdout.split('\n')).to.deep.equal([
      'JD  0s  Ready',
      'LM  0s  Progressing: 0 of 1 VMs are running; vm LM-web is being cloned',
      'LM  61s  Progressing: 0 of 1 VMs are running; vm LM-web is being configured',
      'LM  61s  Ready',
      '',
    ])
    expect(status).to.equal(0)
  })

  it('draws a line for each range again in place on a terminal, no wider than that', async () => {
    const started = start(['wait', 'JD', 'LM'], 60)
    await started.says(/LM/)
    api.is({ ...LM, state: 'Ready', reason: 'Ready', message: 'all is well' })
    const { status, stdout } = await started.ended
    expect(stdout.split('\u001B[J')).to.deep.equal([
      '\u001B[?25l\r',
      'JD  ● Ready\nLM  ◑ Progressing  0 of 1 VMs are running; vm LM-web is bei…\n\u001B[2A\r',
      'JD  ● Ready\nLM  ● Ready\n\u001B[?25h',
    ])
    expect(status).to.equal(0)
  })

  it('draws those alone that are not there yet where there are too many for the terminal, with their number', async () => {
    const many = Array.from({ length: 30 }, (_, at) => rangeView(`R${at + 1}`, at + 1))
    const [first] = many
    api = new FakeLanistaApi([...many.slice(1), { ...first!, state: 'NotReady', reason: 'VmTrouble', message: 'x' }])
    const started = start(['wait', '--all'], 60)
    await started.says(/29 of 30 ranges are Ready/)
    api.is(first!)
    const { stdout } = await started.ended
    expect(stdout).to.match(/R1 +✗ NotReady +VmTrouble: x\n29 of 30 ranges are Ready\n[^]*30 of 30 ranges are Ready/)
    expect(stdout).to.not.match(/R2/)
  })

  it('ends with 1 when time is up, and says of each that is not there why', async () => {
    const started = start(['wait', 'JD', 'KT', '--timeout', '90s'])
    await started.says(/KT/)
    clock.pass(90_000)
    const { status, stderr } = await started.ended
    expect(stderr).to.match(
      /^range KT: not Ready within 90s: NotReady: VmTrouble: .*no space left on ceph-lab; .*`lanista describe range KT` tells more\n$/,
    )
    expect(status).to.equal(1)
  })

  for (const [what, name, finding] of [
    ['a range that is suspended', 'NO', /^range NO: it can't become Ready by itself: Suspended: /],
    [
      'one that only a change of its file helps',
      'PX',
      /^range PX: it can't become Ready by itself: NotReady: Invalid: /,
    ],
    ['one that is not there', 'ZZ', /^range ZZ: it can't become Ready by itself: there is no range of that name/],
  ] as const)
    it(`gives ${what} a moment, and ends with 1`, async () => {
      const started = start(['wait', 'JD', name])
      await started.says(new RegExp(name))
      await turns()
      clock.pass(10_000)
      const { status, stderr } = await started.ended
      expect(stderr).to.match(finding)
      expect(status).to.equal(1)
    })

  it('waits on for one that shows only now, or is mended in that moment', async () => {
    const started = start(['wait', 'ZZ', 'PX'])
    await started.says(/ZZ/)
    api.is(rangeView('ZZ', 9))
    api.is(rangeView('PX', 7, { work: { standing: 'stalled', failures: 0 } }))
    expect((await started.ended).status).to.equal(0)
  })

  it('waits for a range to go, for a condition, and for all that there are', async () => {
    const gone = start(['wait', 'KT', '--for', 'absent'])
    await gone.says(/KT/)
    api.gone(KT)
    expect((await gone.ended).status).to.equal(0)
    const condition = start(['wait', 'LM', '--for', 'condition=networkready=false'])
    await condition.says(/LM/)
    const conditions = LM.conditions.map((each) => ({ ...each, status: 'False' as const }))
    api.is({ ...LM, conditions })
    expect((await condition.ended).status).to.equal(0)
    const all = new FakeLanistaApi([JD])
    expect((await startWith(all, ['wait', '--all'], { composition: { clock } }).ended).stdout).to.match(
      /^JD .* Ready\n$/,
    )
  })

  it('says what was written wrong', async () => {
    for (const [args, finding] of [
      [['wait'], /name the ranges, or say --all/],
      [['wait', 'JD', '--for', 'redy'], /--for redy: .* did you mean ready\?/],
      [['wait', 'JD', '--for', 'condition=Ready=maybe'], /a condition is True, False or Unknown/],
      [['wait', 'JD', '--timeout', 'soon'], /--timeout soon: it is no duration; write one such as 90s/],
    ] as const) {
      const { status, stderr } = await start(args).ended
      expect(stderr).to.match(finding)
      expect(status).to.equal(1)
    }
  })
})

describe('asking a running Lanista', () => {
  it('has ranges looked at, and with --wait takes no state for new that is of before', async () => {
    const api = new FakeLanistaApi()
    api.answer = { done: true, message: '1 range is looked at now' }
    const at = (state: 'reconciling' | 'waiting'): void => api.is({ ...JD, work: { standing: state, failures: 0 } })
    const started = startWith(api, ['reconcile', 'JD', '--wait'])
    await started.says(/about to be looked at/)
    at('reconciling')
    await turns()
    at('waiting')
    const { status, stdout } = await started.ended
    expect(stdout).to.match(/^1 range is looked at now\nJD .* about to be looked at\nJD .* Ready\n$/)
    expect(status).to.equal(0)
    expect(api.asked).to.deep.equal([{ action: 'reconcile', ranges: ['JD'] }])
    await startWith(api, ['reconcile']).ended
    expect(api.asked.at(-1)).to.deep.equal({ action: 'reconcile' })
  })

  it('has a range left alone with a reason and until when, and go on again', async () => {
    const api = new FakeLanistaApi()
    const asked = async (...args: string[]) => {
      const { status, stdout, stderr } = await startWith(api, args).ended
      return [status, stdout, stderr]
    }
    expect(await asked('suspend', 'rg/JD', '--reason', 'exam', '--until', '4h')).to.deep.equal([
      0,
      'done as asked\n',
      '',
    ])
    await asked('suspend', 'JD', '--reason', 'exam', '--until', '2026-12-24')
    await asked('resume', 'JD')
    expect(api.asked).to.deep.equal([
      { action: 'suspend', range: 'JD', reason: 'exam', until: '2026-11-30T07:12:45.000Z' },
      { action: 'suspend', range: 'JD', reason: 'exam', until: '2026-12-24' },
      { action: 'resume', range: 'JD' },
    ])
    api.answer = { done: false, message: 'range JD: it is not suspended' }
    expect(await asked('resume', 'JD')).to.deep.equal([1, '', 'range JD: it is not suspended\n'])
    for (const until of ['tomorrow', '2026-12-24T18:00', '2020-01-01'])
      expect((await asked('suspend', 'JD', '--reason', 'x', '--until', until))[2]).to.match(
        /^--until .*: (it is no moment|that is past); /,
      )
    expect((await asked('suspend', 'JD', '--reason', ' '))[2]).to.match(/^--reason: say in up to 500 characters why/)
    expect(api.asked).to.have.length(4)
  })

  it('says what to do where none runs', async () => {
    for (const args of [
      ['wait', 'JD'],
      ['reconcile'],
      ['suspend', 'JD', '--reason', 'x'],
      ['resume', 'JD'],
      ['get', 'ranges', '--watch'],
    ]) {
      const { status, stderr } = await startWith(undefined, args).ended
      expect(stderr).to.match(
        /no Lanista runs on this machine with the state directory \/var\/lib\/lanista; start it .*--server/,
      )
      expect(status).to.equal(1)
    }
  })
})
