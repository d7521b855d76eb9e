import { expect } from 'chai'
import { splitLine } from '../../../controllers/completion/split-line.ts'
import { FakeLanistaApi } from '../../builders/fake-lanista-api.ts'
import { startWith, StoppedClock } from '../../builders/seeing.ts'

const complete = async (...words: string[]): Promise<readonly string[]> => {
  const { stdout, stderr, status } = await startWith(new FakeLanistaApi(), ['__complete', 'zsh', '--', ...words]).ended
  expect([status, stderr]).to.deep.equal([0, ''])
  return stdout.split('\n').slice(0, -1)
}
const texts = async (...words: string[]): Promise<readonly string[]> =>
  (await complete(...words)).map((line) => line.split('\t')[0] ?? '')

describe('completing a command line', () => {
  it('offers commands with what they do, and those below a command, none that are for programs', async () => {
    expect(await complete('desc')).to.deep.equal([
      'describe\ttell all that is known of a range, a VM, a node or a network',
    ])
    expect(await texts(''))
      .to.include.members(['get', 'plan', 'migrate', 'completion'])
      .and.not.include('__complete')
    expect(await texts('migrate', 'host', '')).to.include.members(['plan', 'run', 'confirm', 'rollback'])
  })

  it('offers options that are not given yet, and their values', async () => {
    expect(await texts('get', 'ranges', '--o')).to.deep.equal(['--output'])
    expect(await texts('get', 'ranges', '-o', 'json', '--o')).to.deep.equal([])
    expect(await texts('get', 'ranges', '-o', '')).to.deep.equal(['table', 'wide', 'json', 'yaml', 'name'])
    expect(await texts('get', 'ranges', '--output=w')).to.deep.equal(['--output=wide'])
    expect(await texts('plan', '--format', '')).to.deep.equal(['text', 'markdown', 'github', 'json'])
    expect(await texts('wait', 'JD', '--for', 'condition=Net')).to.deep.equal(['condition=NetworkReady'])
    expect(await texts('get', 'nodes', '-l', 'state=Online,st')).to.deep.equal([
      'state=Online,state=',
      'state=Online,storage=',
    ])
    expect(await texts('run', '--config', '')).to.deep.equal([':files'])
    expect(await texts('fit', '')).to.deep.equal([':files'])
  })

  it('offers kinds, then names of what there is of them, with how it stands', async () => {
    expect(await texts('get', 'n')).to.deep.equal(['networks', 'nodes'])
    expect(await texts('describe', '')).to.deep.equal(['range', 'vm', 'network', 'node'])
    expect(await complete('get', 'ranges', '')).to.deep.equal([
      'JD\tReady',
      'KT\tNotReady',
      'LM\tProgressing',
      'NO\tSuspended',
      'PX\tNotReady',
    ])
    expect(await texts('get', 'rg', 'JD', '')).to.not.include('JD')
    expect(await complete('describe', 'vm', 'KT/')).to.deep.equal(['KT/KT-router\trunning', 'KT/KT-DC01\tabsent'])
    expect(await texts('get', 'no', '')).to.deep.equal(['pve1', 'pve2', 'pve3'])
    expect(await texts('logs', 'KT')).to.deep.equal(['KT', 'KT/KT-router', 'KT/KT-DC01'])
    expect(await texts('suspend', '--reason', 'JD', 'N')).to.deep.equal(['NO'])
    expect(await texts('plan', '--without-node', 'pve')).to.deep.equal(['pve1', 'pve2', 'pve3'])
    expect(await texts('wait', 'JD', '--', 'K')).to.deep.equal(['KT'])
  })

  it('is silent where nothing answers, and where what answers takes too long', async () => {
    const failing = new FakeLanistaApi()
    failing.list = () => Promise.reject(new Error('broken'))
    for (const api of [undefined, failing]) {
      const { stdout, stderr, status } = await startWith(api, ['__complete', 'fish', '--', 'get', 'ranges', '']).ended
      expect([status, stdout, stderr]).to.deep.equal([0, '', ''])
    }
    const slow = new FakeLanistaApi()
    const asked = new Promise<void>((resolve) => {
      slow.list = () => {
        resolve()
        return new Promise(() => undefined)
      }
    })
    const clock = new StoppedClock()
    const started = startWith(slow, ['__complete', 'fish', '--', 'get', 'ranges', ''], { composition: { clock } })
    await asked
    await new Promise((resolve) => {
      setImmediate(resolve)
    })
    clock.pass(1000)
    expect((await started.ended).stdout).to.equal('')
  })

  it('gives bash what stands after the last of its word breaks', async () => {
    const line = "lanista wait 'JD' --for condition=Net"
    const { stdout } = await startWith(new FakeLanistaApi(), ['__complete', 'bash', '--', line, ' =:']).ended
    expect(stdout).to.equal('NetworkReady\n')
  })
})

describe('the words of a line', () => {
  it('are those that a shell would take, the last under the cursor', () => {
    expect(splitLine('lanista get "a b" c\\ d \'e"\' ')).to.deep.equal(['lanista', 'get', 'a b', 'c d', 'e"', ''])
    expect(splitLine('lanista "unfinished wo')).to.deep.equal(['lanista', 'unfinished wo'])
    expect(splitLine('')).to.deep.equal([''])
  })
})
