import { AsyncLocalStorage } from 'node:async_hooks'

/** A place in the product: a function of a file. */
export interface Place {
  readonly file: string
  /** Undefined where a function has no name. */
  readonly name: string | undefined
}

/** One call of a function that its file exports, or of a method of what it exports. */
export interface Call extends Place {
  /** The call during which it came about, whether that was waited for or only begun there. */
  readonly cause: Call | undefined
  /** Functions between the cause and this one that no file exports, outermost first. */
  readonly between: readonly Place[]
  /** Whether it has ended. */
  ended: boolean
}

type Anything = (...args: readonly unknown[]) => unknown

const isFunction = (value: unknown): value is Anything => typeof value === 'function'

const current = new AsyncLocalStorage<Call>()
let listener: ((call: Call, args: readonly unknown[]) => void) | undefined

/** Tells of each call from now on, as it begins, and of what it is given. */
export function listen(onCall: (call: Call, args: readonly unknown[]) => void): void {
  listener = onCall
}

/**
 * What a file exports, so that calls of it are told of. What `instrument.ts` adds to files calls it.
 *
 * @public
 */
export function record(exported: unknown, name: string, file: string): unknown {
  if (!isFunction(exported)) return exported
  if (/^class\b/.test(Function.prototype.toString.call(exported))) {
    recordMethods(Reflect.get(exported, 'prototype'), name, file)
    return exported
  }
  return recordedFunction(exported, { name, file })
}

function recordMethods(target: unknown, owner: string, file: string): void {
  if (typeof target !== 'object' || target === null) return
  for (const [key, { value, writable }] of Object.entries(Object.getOwnPropertyDescriptors(target))) {
    const method: unknown = value
    if (key === 'constructor' || !isFunction(method) || writable !== true || recorded.has(method)) continue
    Reflect.set(target, key, recordedFunction(method, { name: `${owner}.${key}`, file }))
  }
}

const recorded = new WeakSet<Anything>()
const callbacks = new WeakMap<Anything, Anything>()

function recordedFunction(original: Anything, place: Place): Anything {
  const replaced = function (this: unknown, ...args: readonly unknown[]): unknown {
    const between = placesUpToRecorder()
    const given = args.map((arg) => (isFunction(arg) ? callback(arg, between.at(-1)) : arg))
    if (listener === undefined) return ofResult(Reflect.apply(original, this, given), place, undefined)
    const cause = current.getStore()
    const call: Call = { ...place, cause, between, ended: false }
    listener(call, args)
    return ofResult(
      current.run(call, () => Reflect.apply(original, this, given)),
      place,
      call,
    )
  }
  recorded.add(replaced)
  return replaced
}

/** A function that is handed to another: who calls it back calls whoever made it. */
function callback(given: Anything, maker: Place | undefined): Anything {
  if (recorded.has(given) || maker === undefined) return given
  const known = callbacks.get(given) ?? recordedFunction(given, { file: maker.file, name: given.name || undefined })
  callbacks.set(given, known)
  return known
}

/** What functions return may have methods of its own. */
function ofResult(result: unknown, place: Place, call: Call | undefined): unknown {
  if (result instanceof Promise) {
    const end = (): void => {
      if (call !== undefined) call.ended = true
    }
    result.then((value: unknown) => {
      ofResult(value, place, undefined)
      end()
    }, end)
    return result
  }
  if (call !== undefined) call.ended = true
  if (typeof result === 'object' && result !== null && Object.getPrototypeOf(result) === Object.prototype)
    recordMethods(result, `${place.name ?? ''}()`, place.file)
  return result
}

const FRAME = /^\s+at (?:(.*?) \()?file:\/\/.*?\/dist\/((?:controllers|reconcilers|adapters)\/.*?)\.js:/

/** The functions of the product that are being run just now, outermost first, from the last recorded call on. */
function placesUpToRecorder(): readonly Place[] {
  const limit = Error.stackTraceLimit
  Error.stackTraceLimit = 200
  const lines = (new Error('where').stack ?? '').split('\n').slice(3)
  Error.stackTraceLimit = limit
  const end = lines.findIndex((line) => line.includes('/test/walk/recorder.') || /^\s+at async /.test(line))
  return (end === -1 ? lines : lines.slice(0, end))
    .flatMap((line) => {
      const [, name, file] = FRAME.exec(line) ?? []
      if (file === undefined) return []
      return [{ file: `${file}.ts`, name: nameOf(name) }]
    })
    .toReversed()
}

/** As the stack has it: `Object.handOver`, `async #run`, `RangePass.run`, `<anonymous>`. */
const nameOf = (told: string | undefined): string | undefined =>
  told === undefined || told.includes('<anonymous>') ? undefined : told.replace(/^Object\./, '').replace(/ \[as .*/, '')
