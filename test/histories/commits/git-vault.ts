import { execFileSync } from 'node:child_process'
import { mkdirSync } from 'node:fs'
import { textOf } from '../range-text.ts'
import type { Draft, Vault } from './forge.ts'
import { gitIn } from '../../builders/git-repository.ts'

/** A bare repository of git in a folder, one process for each commit. */
export function gitVault(folder: string): Vault {
  mkdirSync(folder, { recursive: true })
  const git = gitIn(folder)
  git('init', '--quiet', '--bare', '--initial-branch=main')
  git('config', 'uploadpack.allowFilter', 'true')
  git('config', 'uploadpack.allowAnySHA1InWant', 'true')
  return {
    commit: (draft, at) =>
      execFileSync('git', ['-C', folder, 'fast-import', '--quiet', '--force'], {
        input: importText(draft, at),
        stdio: 'pipe',
      })
        .toString()
        .trim(),
    point: (commit) =>
      void (commit === undefined
        ? git('update-ref', '-d', 'refs/heads/main')
        : git('update-ref', 'refs/heads/main', commit)),
  }
}

/** What `git fast-import` reads; it answers with the commit's id. */
function importText({ parents, content, author, subject }: Draft, at: number): string {
  const who = `${author} ${Math.floor(at / 1000)} +0000`
  const [from, ...merged] = parents
  const place = content.isMoved ? 'elsewhere' : 'ranges'
  return [
    'commit refs/import/all',
    'mark :1',
    `author ${who}`,
    `committer ${who}`,
    data(subject),
    ...(from === undefined ? [] : [`from ${from}`]),
    ...merged.map((parent) => `merge ${parent}`),
    'deleteall',
    `M 100644 inline README`,
    data('Ranges'),
    ...[...content.files].flatMap(([id, file]) => [`M 100644 inline ${place}/${id}.yml`, data(textOf(file))]),
    '',
    'get-mark :1',
    '',
  ].join('\n')
}

const data = (text: string): string => `data ${Buffer.byteLength(text)}\n${text}`
