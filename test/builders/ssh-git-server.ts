import { execFileSync, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdir, readFile, writeFile } from 'node:fs/promises'
import { createServer } from 'node:net'
import { userInfo } from 'node:os'
import path from 'node:path'

const SSHD = '/usr/sbin/sshd'

/** Whether this machine has OpenSSH's server and client. */
export const hasSshd = (): boolean => {
  try {
    execFileSync(SSHD, ['-t', '-f', '/dev/null', '-h', '/dev/null'], { stdio: 'ignore' })
    return true
  } catch (error) {
    return !(error instanceof Error && 'code' in error && error.code === 'ENOENT')
  }
}

/** OpenSSH's server on 127.0.0.1, for this user alone. */
export interface SshGitServer {
  url(repository: string): string
  /** The private key that it lets in. */
  readonly key: string
  /** A line of known_hosts for each of its keys. */
  readonly hostLines: readonly string[]
  close(): Promise<void>
}

/** Makes a key pair without a passphrase. @returns the private key's file */
export function makeKey(file: string, type = 'ed25519'): string {
  execFileSync('ssh-keygen', ['-q', '-t', type, '-N', '', '-C', 'test', '-f', file])
  return file
}

/** Starts one, with host keys of its own, in a folder. */
export async function startSshGitServer(folder: string): Promise<SshGitServer> {
  await mkdir(folder, { recursive: true, mode: 0o700 })
  if (userInfo().uid === 0) await mkdir('/run/sshd', { recursive: true })
  const port = await freePort()
  const hostKeys = ['ed25519', 'ecdsa'].map((type) => makeKey(path.join(folder, `host_${type}`), type))
  const key = makeKey(path.join(folder, 'key'))
  await writeFile(path.join(folder, 'authorized_keys'), await readFile(`${key}.pub`), { mode: 0o600 })
  const config = path.join(folder, 'sshd_config')
  await writeFile(
    config,
    [
      `Port ${port}`,
      'ListenAddress 127.0.0.1',
      ...hostKeys.map((file) => `HostKey ${file}`),
      `AuthorizedKeysFile ${folder}/authorized_keys`,
      'StrictModes no',
      'UsePAM no',
      'PasswordAuthentication no',
      'KbdInteractiveAuthentication no',
      'PermitRootLogin prohibit-password',
      'AcceptEnv GIT_PROTOCOL',
      `PidFile ${folder}/pid`,
      '',
    ].join('\n'),
  )
  const child = spawn(SSHD, ['-D', '-e', '-f', config], { stdio: ['ignore', 'ignore', 'pipe'] })
  await new Promise<void>((resolve, reject) => {
    let said = ''
    child.stderr.on('data', (chunk: Buffer) => {
      said += chunk.toString()
      if (said.includes('Server listening')) resolve()
    })
    child.once('close', () => reject(new Error(`sshd ended: ${said}`)))
  })
  const { username } = userInfo()
  return {
    url: (repository) => `ssh://${username}@127.0.0.1:${port}${repository}`,
    key,
    hostLines: await Promise.all(
      hostKeys.map(async (file) => `[127.0.0.1]:${port} ${(await readFile(`${file}.pub`, 'utf8')).trim()}`),
    ),
    close: async () => {
      child.kill()
      await once(child, 'close').catch(() => undefined)
    },
  }
}

async function freePort(): Promise<number> {
  const server = createServer()
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const address = server.address()
  await new Promise((resolve) => server.close(resolve))
  return typeof address === 'object' && address !== null ? address.port : 0
}
