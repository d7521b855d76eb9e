import { getEventListeners } from 'node:events'
import { expect } from 'chai'
import type { z } from 'zod'
import type { Api } from '../../../adapters/proxmox/api.ts'
import { createTaskFollower } from '../../../adapters/proxmox/tasks.ts'
import { virtualClock } from '../../../adapters/simulator/clock.ts'
import { ProxmoxError } from '../../../model/proxmox-error.ts'
import { taskRow } from './connected.ts'

const upidOf = (vmid: number): string => `UPID:pve1:0000026D:00067821:6B029847:qmclone:${vmid}:ludus@pve!ctl:`
const silent = { info: () => undefined, warn: () => undefined, error: () => undefined }
const LOST = new ProxmoxError('node-unreachable', 'GET', 'lost')

/** A follower on a virtual clock, whose reads are answered by the test: the list's rows, and a task's own status. */
const following = (rows: () => unknown[], status: () => unknown = () => LOST) => {
  const clock = virtualClock()
  const polls: number[] = []
  const started = clock.now()
  const read = async <T>(call: string, schema: z.ZodType<T>): Promise<T> => {
    if (call === 'GET /cluster/tasks') polls.push(clock.now() - started)
    const answer = call === 'GET /cluster/tasks' ? rows() : call.endsWith('/status') ? status() : []
    if (answer instanceof ProxmoxError) throw answer
    return schema.parse(answer)
  }
  const api: Pick<Api, 'read'> = {
    read: (call, _names, _params, schema) => read(call, schema),
  }
  return {
    clock,
    polls,
    since: () => clock.now() - started,
    follower: createTaskFollower({ api, clock, logger: silent }),
  }
}

describe('polling for tasks', () => {
  it('leaves no listener with whoever outlives the task', async () => {
    const at = following(() => [taskRow(upidOf(1), 'OK')])
    const { signal } = new AbortController()
    const followed = at.follower.follow('clone', upidOf(1), signal)
    await at.clock.advance(1000)
    await followed
    expect(getEventListeners(signal, 'abort')).to.deep.equal([])
  })

  const never = new AbortController().signal

  it('looks soon for a new task, although it had come to look seldom for an old one', async () => {
    const at = following(
      () => [taskRow(upidOf(1)), taskRow(upidOf(2))],
      () => ({ status: 'running' }),
    )
    void at.follower.follow('clone', upidOf(1), never)
    await at.clock.advance(60_000)
    const last = at.polls.at(-1) ?? 0
    expect(last - (at.polls.at(-2) ?? 0)).to.equal(2000)
    await at.clock.advance(last + 2100 - at.since())
    const joined = at.since()
    void at.follower.follow('clone', upidOf(2), never)
    await at.clock.advance(600)
    expect((at.polls.at(-1) ?? 0) - joined).to.be.within(1, 500)
  })

  it('is not put off by a stream of new tasks', async () => {
    const at = following(
      () => [],
      () => ({ status: 'running' }),
    )
    for (let vmid = 1; vmid <= 20; vmid += 1) {
      void at.follower.follow('clone', upidOf(vmid), new AbortController().signal)
      await at.clock.advance(200)
    }
    expect(at.polls.length).to.be.within(7, 8)
  })

  it('has patience anew after a node came back in between', async () => {
    const alive = (): boolean => at.since() >= 100_000 && at.since() < 110_000
    const ended = (): boolean => at.since() >= 210_000
    const at = following(
      () => [],
      () => (ended() ? { status: 'stopped', exitstatus: 'OK' } : alive() ? { status: 'running' } : LOST),
    )
    const end = at.follower.follow('clone', upidOf(1), never).then(
      () => 'OK',
      (error: unknown) => String(error),
    )
    await at.clock.advance(220_000)
    expect(await end).to.equal('OK')
  })

  it('leaves nothing behind when the last follower is aborted', async () => {
    const at = following(() => [taskRow(upidOf(1))])
    const stop = new AbortController()
    const end = at.follower.follow('clone', upidOf(1), stop.signal).catch((error: unknown) => error)
    await at.clock.advance(700)
    const polls = at.polls.length
    stop.abort(new Error('enough'))
    expect(String(await end)).to.include('enough')
    await at.clock.advance(0)
    expect(at.clock.wakes()).to.deep.equal([])
    await at.clock.advance(60_000)
    expect(at.polls.length).to.equal(polls)
  })
})
