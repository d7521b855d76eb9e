import { expect } from 'chai'
import { FakeLanistaApi } from '../../builders/fake-lanista-api.ts'
import { startWith } from '../../builders/seeing.ts'
import { RANGES } from '../../builders/views.ts'
import { goneDocument, viewDocuments } from '../../../model/api/view-documents.ts'

const [JD, KT, LM, NO] = RANGES

describe('lanista get', () => {
  const get = async (...args: string[]) => await startWith(new FakeLanistaApi(), ['get', ...args]).ended
  const names = async (...args: string[]): Promise<readonly string[]> =>
    (await get(...args, '-o', 'name')).stdout.split('\n').slice(0, -1)

  it('takes kinds and names however they are written', async () => {
    expect(await names('rg', 'KT')).to.deep.equal(['range/KT'])
    expect(await names('Range/KT')).to.deep.equal(['range/KT'])
    expect(await names('ranges', 'range/KT', 'JD')).to.deep.equal(['range/JD', 'range/KT'])
    expect(await names('vm', 'KT-DC01')).to.deep.equal(['vm/KT/KT-DC01'])
    expect(await names('vm/KT/KT-DC01')).to.deep.equal(['vm/KT/KT-DC01'])
    expect(await names('vms', '3020021')).to.deep.equal(['vm/JD/JD-WS01'])
    expect(await names('no', 'pve2')).to.deep.equal(['node/pve2'])
    expect(await names('events', 'KT')).to.deep.equal(['event/3'])
  })

  it('chooses by labels', async () => {
    expect(await names('ranges', '-l', 'state=notready')).to.deep.equal(['range/KT', 'range/PX'])
    expect(await names('ranges', '-l', 'state!=NotReady, node=pve3')).to.deep.equal(['range/JD'])
    expect(await names('ranges', '-l', '!number')).to.deep.equal(['range/PX'])
    expect(await names('vms', '-l', 'role=router,range==KT')).to.deep.equal(['vm/KT/KT-router'])
    expect(await names('vms', '-l', 'tag=jd,phase=running')).to.have.length(3)
    expect(await names('nodes', '-l', 'state!=Online')).to.deep.equal(['node/pve3'])
    expect(await names('networks', '-l', 'state=troubled')).to.deep.equal(['network/r4'])
    expect(await names('events', '-l', 'type=Warning,kind=node')).to.deep.equal(['event/2'])
  })

  it('says what is not there, tells what is, and ends with 1', async () => {
    const { status, stdout, stderr } = await get('ranges', 'JD', 'kt', '--no-header')
    expect(stdout).to.match(/^JD .*\n$/)
    expect([status, stderr]).to.deep.equal([1, 'range kt: there is none of that name; did you mean KT?\n'])
    const none = await get('ranges', '-l', 'state=absent')
    expect([none.status, none.stdout, none.stderr]).to.deep.equal([0, '', 'none of the 5 ranges is asked for\n'])
    expect(JSON.parse((await get('ranges', '-l', 'state=absent', '-o', 'json')).stdout)).to.deep.include({ items: [] })
  })

  it('says at a terminal how long ago the cluster was looked at, and is silent off it', async () => {
    const api = new FakeLanistaApi()
    api.asOf = '2026-11-30T03:10:45.000Z'
    const at = async (columns: number | undefined) =>
      (await startWith(api, ['get', 'nodes'], columns === undefined ? {} : { columns }).ended).stderr
    expect(await at(80)).to.equal('this is as the cluster was looked at last, 2m ago\n')
    expect(await at(undefined)).to.equal('')
  })

  it('says what was written wrong', async () => {
    for (const [args, finding] of [
      [['rangs'], /rangs: there is nothing of that kind here; did you mean ranges?\?/],
      [['ranges', '-o', 'jsn'], /--output jsn is not known; did you mean json\?/],
      [['ranges', '-l', 'stat=x'], /ranges have no label stat; did you mean state\?/],
      [['vms', '-l', 'phase=a=b c,='], /--selector =: it can't be understood/],
    ] as const) {
      const { status, stderr } = await get(...args)
      expect(stderr).to.match(finding)
      expect(status).to.equal(1)
    }
  })

  it('tells of each change with --watch: what is new, what is gone, and nothing that is as it was', async () => {
    const api = new FakeLanistaApi([NO, KT, JD])
    const started = startWith(api, ['get', 'ranges', '--watch', '--no-header'])
    await started.says(/KT/)
    api.is(JD)
    api.is({ ...KT, state: 'Ready', reason: 'Ready', message: 'all is well' })
    api.gone(JD)
    // Whoever connects anew is told everything: only what has changed is news, and what is not told any more is gone.
    api.tell({ type: 'reset' })
    api.is({ ...KT, state: 'Ready', reason: 'Ready', message: 'all is well' })
    api.is(LM)
    api.tell({ type: 'synced' })
    await started.says(/range\/NO gone/)
    started.stop()
    const { status, stdout } = await started.ended
    expect(stdout.split('\n').map((line) => line.replaceAll(/ {2,}.*/g, ''))).to.deep.equal([
      'JD',
      'KT',
      'NO',
      'KT',
      'range/JD gone',
      'LM',
      'range/NO gone',
      '',
    ])
    expect(status).to.equal(0)
  })

  it('tells of VMs with --watch as documents, a line each, also of one that its range has no more', async () => {
    const api = new FakeLanistaApi([KT])
    const started = startWith(api, ['get', 'vms', '--watch', '-o', 'json'])
    await started.says(/KT-DC01/)
    const [router, machine] = KT.vms
    api.is({ ...KT, vms: [{ ...router!, phase: 'stopped' }] })
    await started.says(/Gone/)
    api.is({
      ...KT,
      vms: [
        { ...router!, phase: 'stopped' },
        { ...machine!, phase: 'cloning' },
      ],
    })
    await started.says(/cloning/)
    started.stop()
    const { stdout } = await started.ended
    const [changed, gone, back] = stdout
      .split('\n')
      .slice(-4, -1)
      .map((line): unknown => JSON.parse(line))
    expect(viewDocuments.vms.parse(changed)).to.include({ name: 'KT-router', phase: 'stopped' })
    expect(goneDocument.parse(gone)).to.include({ of: 'Vm', name: 'KT/KT-DC01' })
    expect(viewDocuments.vms.parse(back)).to.include({ name: 'KT-DC01', phase: 'cloning' })
  })
})
