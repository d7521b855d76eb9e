/** Where a process keeps what must outlast it, by what it is about. */
export type StoreName =
  | 'accepted'
  | 'commit approval'
  | 'wave approval'
  | 'revision'
  | 'seen files'
  | 'range approval'
  | 'destroy order'
  | 'lock'

/** A moment at which a process may end: right before or right after it wrote something down. */
export interface Doom {
  readonly store: StoreName
  readonly phase: 'before' | 'after'
}

/** The life of a process, as far as it can write to disk. */
export class Mortality {
  #isDead = false
  #doom: Doom | undefined
  readonly #onDeath: () => void

  constructor(onDeath: () => void) {
    this.#onDeath = onDeath
  }

  get isDead(): boolean {
    return this.#isDead
  }

  /** It ends at the next such moment. */
  doom(doom: Doom): void {
    this.#doom = doom
  }

  die(): void {
    if (this.#isDead) return
    this.#isDead = true
    this.#onDeath()
  }

  /** Whether it lives on past this moment. */
  survives(store: StoreName, phase: Doom['phase']): boolean {
    if (this.#doom?.store === store && this.#doom.phase === phase) this.die()
    return !this.#isDead
  }
}

const WRITES: ReadonlySet<PropertyKey> = new Set(['write', 'remove', 'clear', 'ask', 'approve', 'forgetAnswer'])

/** A store that a process can't write to any more once it is dead. */
export function mortal<T extends object>(store: T, name: StoreName, life: Mortality): T {
  return new Proxy(store, {
    get: (target, key): unknown => {
      const method: unknown = Reflect.get(target, key)
      if (typeof method !== 'function' || !WRITES.has(key)) return method
      return async (...args: readonly unknown[]): Promise<unknown> => {
        if (!life.survives(name, 'before')) return undefined
        const result: unknown = await Reflect.apply(method, target, args)
        life.survives(name, 'after')
        return result
      }
    },
  })
}
