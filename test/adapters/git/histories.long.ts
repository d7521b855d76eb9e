import { mkdtemp, rename, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { expect } from 'chai'
import fc from 'fast-check'
import { openGitLife } from '../../builders/git-life.ts'
import { hasGit } from '../../builders/git-repository.ts'
import { rangeRepositoryIn } from '../../builders/range-repository.ts'
import { rangeText } from '../../scenarios/ranges.ts'

const IDS = ['AA', 'BB', 'CC'] as const
const STEPS = ['push', 'push', 'remove', 'rewrite', 'outage', 'restart', 'lose', 'approve', 'poll'] as const

describe('any history of a repository', function () {
  this.timeout(600_000)
  before(function () {
    if (!hasGit()) this.skip()
  })

  it('has ranges read from exactly one commit, which follows from the one before unless a person said otherwise', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(fc.constantFrom(...STEPS), { minLength: 5, maxLength: 14 }), async (steps) => {
        const folder = await mkdtemp(path.join(tmpdir(), 'lanista-histories-'))
        try {
          const forge = await rangeRepositoryIn(folder)
          const options = { stateDir: path.join(folder, 'state'), git: { url: forge.bare, path: 'ranges' } }
          /** Commit -> the number that all of its files say, and the ids of these. */
          const pushed = new Map<string, string>()
          let octet = 0
          let there: readonly string[] = IDS
          const push = async (): Promise<void> => {
            octet += 1
            const files = Object.fromEntries(
              IDS.map((id) => [
                `ranges/${id}.yml`,
                there.includes(id) ? rangeText([{ name: 'DC01', vlan: 10, octet }]) : undefined,
              ]),
            )
            forge.git('rm', '-r', '--quiet', '--ignore-unmatch', 'ranges')
            const texts = Object.entries(files).filter(([, text]) => text !== undefined)
            const id = await forge.push(Object.fromEntries(texts))
            pushed.set(id, there.map((each) => `${each} ${octet}`).join())
          }
          await push()
          let life = await openGitLife(options)
          let inForce = (await life.poll()).commit
          let approved: string | undefined
          for (const step of steps) {
            if (step === 'push') await push()
            if (step === 'remove') {
              there = there.length > 1 ? there.slice(1) : IDS
              await push()
            }
            if (step === 'rewrite') {
              forge.git('commit', '--quiet', '--amend', '--allow-empty', '--message', `rewritten ${octet}`)
              await push()
            }
            if (step === 'restart') life = await openGitLife(options)
            if (step === 'lose') await rm(path.join(options.stateDir, 'git'), { recursive: true, force: true })
            if (step === 'approve') {
              approved = (await life.approvals.asked())?.commit
              if (approved !== undefined) await life.approvals.approve(approved)
            }
            if (step === 'outage') await rename(forge.bare, `${forge.bare}.away`)
            const { commit } = await life.poll()
            if (step === 'outage') await rename(`${forge.bare}.away`, forge.bare)
            if (commit === undefined) {
              // Only what was thrown away is not in force, and only without the server.
              expect(steps).to.include('lose')
              continue
            }
            const ids = await life.files.list()
            const reads = await Promise.all(ids.map((id) => life.files.read(id)))
            const said = reads.map((read, at) =>
              read.kind === 'ok' ? `${ids[at]} ${read.spec.vms[0]?.address.lastOctet}` : read.kind,
            )
            expect(said.join()).to.equal(pushed.get(commit))
            if (commit !== inForce && commit !== approved) {
              forge.git('merge-base', '--is-ancestor', inForce ?? '', commit)
            }
            inForce = commit
          }
        } finally {
          await rm(folder, { recursive: true, force: true, maxRetries: 5 })
        }
      }),
      { numRuns: 12 },
    )
  })
})
