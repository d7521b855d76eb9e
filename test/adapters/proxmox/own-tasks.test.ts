import { expect } from 'chai'
import { type OwnTasks, rememberOwnTasks } from '../../../adapters/proxmox/own-tasks.ts'
import type { TaskSeen } from '../../../model/snapshot.ts'

const TOKEN = 'lanista@pve!ctl'
const MINUTES = 60_000

function task(type: string, id: string, pid = '0001', user = TOKEN): TaskSeen {
  return { upid: `UPID:pve1:${pid}:0006A491:6B0298B9:${type}:${id}:${user}:`, node: 'pve1', type, id }
}

describe('tasks of the own token', () => {
  let now: number
  let own: OwnTasks
  beforeEach(() => {
    now = 0
    own = rememberOwnTasks({ now: () => now }, TOKEN)
    now = 10 * MINUTES
  })
  const mine = task('qmstart', '1001')
  const begin = (seen = mine, sent = 1): Promise<string> =>
    own.begin(`${seen.type}:${seen.id}`, (onSent) => {
      for (let each = 0; each < sent; each += 1) onSent()
      return Promise.resolve(seen.upid)
    })
  const lose = (): Promise<unknown> =>
    own.begin('qmstart:1001', () => Promise.reject(new Error('no answer'))).catch((error: unknown) => error)

  it('are not of another program when they were begun here', async () => {
    await begin()
    now += 100 * MINUTES
    expect(own.ofOthers([mine])).to.deep.equal([])
  })

  it('are of another program when nobody here began them, as long as they are listed', () => {
    expect(own.ofOthers([mine])).to.deep.equal([mine])
    expect(own.ofOthers([mine])).to.deep.equal([mine])
  })

  it('are of another program when only one like it was begun here', async () => {
    await begin()
    const alike = task('qmstart', '1001', '0002')
    expect(own.ofOthers([mine, alike])).to.deep.equal([alike])
  })

  it('may be an earlier life’s in the first minutes, and stay so', () => {
    const early = task('qmclone', '9001')
    now = 1 * MINUTES
    expect(own.ofOthers([early])).to.deep.equal([])
    now = 100 * MINUTES
    expect(own.ofOthers([early, mine])).to.deep.equal([mine])
  })

  it('may be begun here while the answer that names them is yet to come', async () => {
    let answer: (upid: string) => void = () => undefined
    const begun = own.begin('qmstart:1001', () => new Promise((resolve) => (answer = resolve)))
    expect(own.ofOthers([mine])).to.deep.equal([])
    answer(mine.upid)
    await begun
    expect(own.ofOthers([mine])).to.deep.equal([])
  })

  it('may be begun here when an answer was lost, or a call sent twice, and only of that kind and for minutes', async () => {
    for (const unclear of [lose, () => begin(task('qmstart', '1001', '0003'), 2)]) {
      own = rememberOwnTasks({ now: () => now }, TOKEN)
      now += 10 * MINUTES
      await unclear()
      const otherKind = task('qmstop', '1001')
      expect(own.ofOthers([mine, otherKind])).to.deep.equal([otherKind])
      now += 3 * MINUTES
      const later = task('qmstart', '1001', '0004')
      expect(own.ofOthers([mine, later])).to.deep.equal([later])
    }
  })

  it('are no other token’s, no person’s, and none that a Lanista never begins', () => {
    const strange = [
      task('qmstart', '1001', '0001', 'lanista@pve!ctl2'),
      task('qmstart', '1001', '0001', 'alanista@pve!ctl'),
      task('qmstart', '1001', '0001', 'root@pam'),
      task('vzdump', '1001'),
    ]
    expect(own.ofOthers(strange)).to.deep.equal([])
  })
})
