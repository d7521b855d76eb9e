import { execFileSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { expect } from 'chai'
import { parse } from 'yaml'
import { leaksOf, pipelineOf } from './pipelines.ts'

const PAGE = readFileSync('docs/how-to/pull-requests.md', 'utf8')
/** Name of the file -> its text. */
const PIPELINES = new Map(
  [...PAGE.matchAll(/```yaml\n# (\.\S+)\n([^]*?)```/g)].map(([, file = '', text = '']) => [file, text] as const),
)
const leaksIn = (file: string, text: string): readonly string[] => leaksOf(pipelineOf(file, parse(text)))
const names = [...PIPELINES.keys()]

describe('the pipelines for pull requests', () => {
  it('are of three forges', () => {
    expect(names).to.deep.equal(['.github/workflows/lanista.yml', '.gitlab-ci.yml', '.forgejo/workflows/lanista.yml'])
  })

  for (const [file, text] of PIPELINES) {
    it(`${file}: validates every change, and plans where no fork's change meets a secret`, () => {
      const { jobs } = pipelineOf(file, parse(text))
      expect(jobs.map(({ name }) => name)).to.deep.equal(['validate', 'plan'])
      expect(jobs[0]?.text).to.include('lanista validate').and.not.to.include('config')
      expect(jobs[1]?.text).to.include('lanista plan').and.include('--format markdown')
      expect(leaksIn(file, text)).to.deep.equal([])
    })

    it(`${file}: is green with a plan alone, and leaves no secret on the runner when it is canceled`, () => {
      const [check = ''] = /test "\$status" .*$/m.exec(text) ?? []
      const tries = ['0', '2', '1', '127', '130', '137', ''].map((status) => `status="${status}"; if ${check}; then echo green; else echo red; fi`)
      const said = execFileSync('sh', ['-c', tries.join('\n')], { encoding: 'utf8' }).trim().split('\n')
      expect(said).to.deep.equal(['green', 'green', 'red', 'red', 'red', 'red', 'red'])
      expect(text).to.match(/trap '.*' EXIT|after_script:.*\n *- rm -f \.curl/)
    })

    for (const [what, change] of [
      ['the guard is gone', (pipeline: string) => pipeline.replace(/^ {4}if: github.*\n/m, '').replace(/ && \$CI_MERGE.*$/m, '')],
      ['the guard has another way round', (pipeline: string) => pipeline.replace(/(== github\.repository|== \$CI_PROJECT_ID)$/m, '$1 || true')],
      ['a fork validates with a secret', (pipeline: string) => pipeline.replace(/lanista validate/, 'T=${{ secrets.X }}$LANISTA_PROXMOX_TOKEN lanista validate')],
      ['the change is checked out beside the secret', (pipeline: string) => pipeline.replace(/^ {4}GIT_STRATEGY: none$/m, '    X: y').replace('      - name: Plan', '      - uses: actions/checkout@v4\n      - name: Plan')],
    ] as const)
      it(`${file}: would not do where ${what}`, () => {
        const broken = change(text)
        expect(broken).not.to.equal(text)
        expect(leaksIn(file, broken)).not.to.deep.equal([])
      })
  }

  it('change no comment of somebody else, who could write it anew', () => {
    for (const text of PIPELINES.values()) expect(text).to.match(/author\.id == \$me|user\.login ===? ["']/)
  })

  it('would not do in pull_request_target, nor with the name of a branch in a script', () => {
    const [file = '', text = ''] = [...PIPELINES][0] ?? []
    expect(leaksIn(file, text.replace('on: pull_request', 'on: pull_request_target'))).to.have.length(1)
    expect(leaksIn(file, text.replace('pull_request.head.sha', 'pull_request.head.ref'))).to.have.length(1)
  })
})
