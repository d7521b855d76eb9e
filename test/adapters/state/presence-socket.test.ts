import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { link, mkdir, mkdtemp, readdir, rm } from 'node:fs/promises'
import { connect, createServer } from 'node:net'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { expect } from 'chai'
import { presenceSocket } from '../../../adapters/state/presence-socket.ts'
import type { PresenceClaim } from '../../../model/presence.ts'
import { isLong } from '../../runner/long-runs.ts'

/** A name in the folder of which nobody has the socket any more. */
async function leaveDeadSocket(at: string): Promise<void> {
  const server = createServer()
  await new Promise<void>((resolve) => {
    server.listen(`${at}.bound`, resolve)
  })
  await link(`${at}.bound`, at)
  await new Promise((resolve) => server.close(resolve))
}

describe('presence on a state directory', () => {
  let folder: string
  const claims: PresenceClaim[] = []
  beforeEach(async () => {
    folder = await mkdtemp(path.join(tmpdir(), 'lanista-presence-'))
  })
  afterEach(async () => {
    for (const claim of claims.splice(0)) if (claim.kind === 'claimed') await claim.release()
    await rm(folder, { recursive: true, force: true })
  })
  const claim = async (at = folder, onLook: (rangeId: string) => void = () => undefined): Promise<PresenceClaim> => {
    const claimed = await presenceSocket(at).claim(onLook)
    claims.push(claimed)
    return claimed
  }

  it('is of one at most, and free again when that is released, with nothing left behind', async () => {
    const first = await claim()
    expect(first.kind).to.equal('claimed')
    expect(await claim()).to.deep.equal({ kind: 'taken', pid: process.pid })
    if (first.kind === 'claimed') await first.release()
    claims.splice(0)
    expect(await readdir(folder)).to.deep.equal([])
    expect((await claim()).kind).to.equal('claimed')
  })

  const ROUNDS = isLong ? 100 : 20
  for (const left of [false, true])
    it(`is of exactly one of several that claim it at once, ${ROUNDS} times${left ? ', over what a killed one left' : ''}`, async () => {
      for (let round = 0; round < ROUNDS; round += 1) {
        const at = path.join(folder, String(round))
        await mkdir(at)
        if (left) await leaveDeadSocket(path.join(at, 'lanista.sock'))
        const all = await Promise.all([1, 2, 3].map(() => claim(at)))
        expect(all.filter(({ kind }) => kind === 'claimed')).to.have.length(1)
        for (const each of claims.splice(0)) if (each.kind === 'claimed') await each.release()
        expect(await readdir(at)).to.deep.equal([])
      }
    })

  it('makes a state directory that is not there yet, and bears a name longer than a socket may have', async () => {
    const deep = path.join(folder, ...Array.from({ length: 8 }, () => 'a-folder-with-a-long-name'))
    expect((await claim(deep)).kind).to.equal('claimed')
    expect((await claim(deep)).kind).to.equal('taken')
  })

  it('hands on which range is to be looked at, and tells when nobody is there to look', async () => {
    const asked: string[] = []
    expect(await presenceSocket(folder).ask('JD')).to.equal('nobody')
    await claim(folder, (rangeId) => asked.push(rangeId))
    expect(await presenceSocket(folder).ask('JD')).to.equal('asked')
    expect(asked).to.deep.equal(['JD'])
  })

  it('is not kept by a process that was killed', async () => {
    const script = `
      import { presenceSocket } from ${JSON.stringify(path.resolve('dist/adapters/state/presence-socket.js'))}
      await presenceSocket(${JSON.stringify(folder)}).claim(() => undefined)
      console.log('there')
      setInterval(() => undefined, 1000)`
    const child = spawn(process.execPath, ['--input-type=module', '-e', script], {
      stdio: ['ignore', 'pipe', 'inherit'],
    })
    const [first] = await Promise.race([once(child.stdout, 'data'), once(child, 'exit')])
    expect(String(first)).to.equal('there\n')
    expect(await claim()).to.deep.equal({ kind: 'taken', pid: child.pid })
    child.kill('SIGKILL')
    await once(child, 'exit')
    expect((await readdir(folder)).length, 'its socket is left').to.equal(1)
    expect((await claim()).kind).to.equal('claimed')
  })

  it('cuts off a peer that talks without end', async () => {
    const asked: string[] = []
    await claim(folder, (rangeId) => asked.push(rangeId))
    const peer = connect(path.join(folder, 'lanista.sock'))
    peer.on('error', () => undefined)
    peer.write('x'.repeat(1000))
    await once(peer, 'close')
    expect(asked).to.deep.equal([])
  })

  it('says so where it can not be told', async () => {
    await mkdir(path.join(folder, 'lanista.sock'))
    const failed: unknown = await claim().catch((error: unknown) => error)
    expect(failed).to.be.instanceOf(Error)
  })
})
