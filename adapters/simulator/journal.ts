/** One request as it was seen. Never holds a secret: see `secretParameters`. */
export interface JournalEntry {
  readonly number: number
  /** Epoch milliseconds of the simulator's clock. */
  readonly at: number
  /** The node whose listener took it. */
  readonly node: string
  readonly method: string
  /** Below `/api2/json`, decoded, without the query: `/nodes/pve1/qemu/9000/clone`. */
  readonly path: string
  readonly params: Readonly<Record<string, unknown>>
  /** Who asked; undefined as long as, or if never, authenticated. */
  readonly user: string | undefined
  /** Of the answer; undefined as long as there is none, and for ever when the connection was cut. */
  readonly status: number | undefined
}

/** Which requests are meant. A text in `path` has to be the whole path; unnamed aspects match everything. */
export interface RequestMatch {
  readonly method?: string
  readonly path?: string | RegExp
  readonly node?: string
  readonly user?: string
  readonly params?: (params: Readonly<Record<string, unknown>>) => boolean
}

const secretParameters = new Set(['password', 'otp', 'tfa-challenge', 'lock-token', 'cipassword', 'ticket'])

/** Parameters with every secret replaced. */
const withoutSecrets = (params: Readonly<Record<string, unknown>>): Readonly<Record<string, unknown>> =>
  Object.fromEntries(Object.entries(params).map(([name, value]) => [name, secretParameters.has(name) ? '***' : value]))

/** Does a request fit. */
export const matches = (match: RequestMatch, request: Omit<JournalEntry, 'number' | 'at' | 'status'>): boolean => {
  if (match.method !== undefined && match.method !== request.method) return false
  if (match.node !== undefined && match.node !== request.node) return false
  if (match.user !== undefined && match.user !== request.user) return false
  if (typeof match.path === 'string' && match.path !== request.path) return false
  if (match.path instanceof RegExp && !match.path.test(request.path)) return false
  return match.params === undefined || match.params(request.params)
}

type Phase = 'arrived' | 'answered'

/** So many requests are remembered; a simulator may run for days. */
const remembered = 100_000

/** The requests since the start (the last 100,000), for assertions and for waiting. */
export interface Journal {
  /** A copy, oldest first. */
  entries(): readonly JournalEntry[]
  /** Those that fit, oldest first. */
  find(match: RequestMatch): readonly JournalEntry[]
  /** Resolves with the next request that fits, once it has arrived or been answered. Earlier ones don't count. */
  next(match: RequestMatch, phase?: Phase): Promise<JournalEntry>
  /** Calls back at each arrival and answer; returns what ends it. */
  listen(listener: (entry: JournalEntry, phase: Phase) => void): () => void
}

/** The journal with what only the server calls. */
export interface WritableJournal extends Journal {
  arrived(entry: Omit<JournalEntry, 'number' | 'status'>): number
  answered(number: number, facts: Partial<Pick<JournalEntry, 'status' | 'user'>>): void
}

/** An empty journal. */
export const createJournal = (): WritableJournal => {
  const entries = new Map<number, JournalEntry>()
  let next = 0
  const listeners = new Set<(entry: JournalEntry, phase: Phase) => void>()
  const tell = (entry: JournalEntry, phase: Phase): void => {
    for (const listener of listeners) listener(entry, phase)
  }
  const listen: Journal['listen'] = (listener) => {
    listeners.add(listener)
    return () => listeners.delete(listener)
  }
  return {
    entries: () => [...entries.values()],
    find: (match) => [...entries.values()].filter((entry) => matches(match, entry)),
    listen,
    next: (match, phase = 'answered') =>
      new Promise((resolve) => {
        const stop = listen((entry, at) => {
          if (at !== phase || !matches(match, entry)) return
          stop()
          resolve(entry)
        })
      }),
    arrived: (facts) => {
      const number = next
      next += 1
      const entry: JournalEntry = { ...facts, params: withoutSecrets(facts.params), number, status: undefined }
      entries.set(number, entry)
      entries.delete(number - remembered)
      tell(entry, 'arrived')
      return number
    },
    answered: (number, facts) => {
      const before = entries.get(number)
      if (before === undefined) return
      const entry = { ...before, ...facts }
      entries.set(number, entry)
      tell(entry, 'answered')
    },
  }
}
