import type { ChildProcess } from 'node:child_process'
import { once } from 'node:events'

/** What a command came to. */
export interface Said {
  readonly status: number
  readonly text: string
}

/** A command that runs as a process of its own. */
export class Running {
  readonly child: ChildProcess
  readonly ended: Promise<Said>
  #text = ''
  readonly #listeners = new Set<() => void>()

  /** All that it has said by now. */
  get text(): string {
    return this.#text
  }

  constructor(child: ChildProcess) {
    this.child = child
    for (const stream of [child.stdout, child.stderr])
      stream?.on('data', (chunk: Buffer) => {
        this.#text += chunk.toString()
        for (const listener of this.#listeners) listener()
      })
    this.ended = once(child, 'close').then(([status]) => ({ status: Number(status ?? 1), text: this.#text }))
  }

  /** Resolves as soon as it has said what fits; rejects when it ends before. */
  says(pattern: RegExp): Promise<void> {
    return new Promise((resolve, reject) => {
      const look = (): void => {
        if (!pattern.test(this.#text)) return
        this.#listeners.delete(look)
        resolve()
      }
      this.#listeners.add(look)
      void this.ended.then(({ text }) => reject(new Error(`ended without saying ${String(pattern)}: ${text}`)))
      look()
    })
  }
}
