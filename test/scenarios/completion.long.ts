import { spawnSync } from 'node:child_process'
import { chmod, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { expect } from 'chai'
import { completionScript } from '../../controllers/completion/scripts.ts'

const MAIN = path.resolve('dist/controllers/main.js')

/** Whether a program is on this machine. */
const has = (program: string): boolean => spawnSync('which', [program]).status === 0

describe('the completion scripts in the shells themselves', function () {
  this.timeout(60_000)
  let folder: string

  before(async () => {
    folder = await mkdtemp(path.join(tmpdir(), 'lanista-completion-'))
    const program = path.join(folder, 'lanista')
    await writeFile(program, `#!/bin/sh\nexec "${process.execPath}" "${MAIN}" "$@"\n`)
    await chmod(program, 0o755)
    await writeFile(path.join(folder, 'my range.yml'), '')
    for (const shell of ['bash', 'zsh', 'fish'] as const)
      await writeFile(path.join(folder, `script.${shell}`), `${completionScript(shell)}\n`)
  })
  after(() => rm(folder, { recursive: true, force: true }))

  /** What a shell prints of a script of its own. */
  const said = (program: string, script: string): readonly string[] => {
    const { stdout, stderr } = spawnSync(program, ['-c', script], {
      encoding: 'utf8',
      cwd: folder,
      env: { PATH: `${folder}:${process.env['PATH'] ?? ''}`, HOME: folder, TERM: 'dumb' },
    })
    expect(stderr).to.equal('')
    return stdout.split('\n').slice(0, -1)
  }

  it('bash offers commands, values after = and files with blanks', function () {
    if (!has('bash')) this.skip()
    const inBash = (line: string): readonly string[] =>
      said(
        'bash',
        `source script.bash
         compopt() { :; }
         COMP_WORDBREAKS=$' \\t\\n"\\'><=;|&(:'
         COMP_LINE=${JSON.stringify(line)} COMP_POINT=${line.length}
         read -ra COMP_WORDS <<< "$COMP_LINE"; [[ $COMP_LINE == *' ' ]] && COMP_WORDS+=("")
         COMP_CWORD=$(( \${#COMP_WORDS[@]} - 1 ))
         _lanista
         printf '%s\\n' "\${COMPREPLY[@]}"`,
      )
    expect(inBash('lanista desc')).to.deep.equal(['describe'])
    expect(inBash('lanista wait JD --for condition=Net')).to.deep.equal(['NetworkReady'])
    expect(inBash('lanista fit my')).to.deep.equal(['my range.yml'])
  })

  it('fish offers commands with what they do, and files', function () {
    if (!has('fish')) this.skip()
    const inFish = (line: string): readonly string[] =>
      said('fish', `source script.fish; complete -C ${JSON.stringify(line)}`)
    expect(inFish('lanista desc')).to.deep.equal([
      'describe\ttell all that is known of a range, a VM, a node or a network',
    ])
    expect(inFish('lanista get ranges --output=w')).to.deep.equal(['--output=wide'])
    expect(inFish('lanista fit my')[0]).to.match(/^my range\.yml/)
  })

  it('zsh offers commands, and files', function () {
    if (!has('zsh')) this.skip()
    // What a completion widget would set, and what it would be told.
    const inZsh = (...words: string[]): readonly string[] =>
      said(
        'zsh',
        `compdef() { : }; compadd() { while [[ $1 == -* ]]; do [[ $1 == -[dS] ]] && shift; shift; done; print -l -- "\${(@P)1}" }
         _files() { print FILES }
         words=(lanista ${words.map((word) => JSON.stringify(word)).join(' ')}); CURRENT=$#words; PREFIX=$words[-1]
         source script.zsh; _lanista`,
      )
    expect(inZsh('desc')).to.deep.equal(['describe'])
    expect(inZsh('get', 'ranges', '-o', 'y')).to.deep.equal(['yaml'])
    expect(inZsh('get', 'nodes', '-l', 'stat')).to.deep.equal(['state='])
    expect(inZsh('fit', '')).to.deep.equal(['FILES'])
  })
})
