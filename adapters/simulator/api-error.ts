/** What is wrong with single parameters: name to text. */
export type ParameterErrors = Readonly<Record<string, string>>

/**
 * An answer other than 200, as Proxmox words it. `message` is the body's `message` without its last line feed; its
 * first line becomes the reason phrase.
 */
export class ApiError extends Error {
  readonly status: number
  readonly errors: ParameterErrors | undefined

  constructor(status: number, message: string, errors?: ParameterErrors) {
    super(message)
    this.name = 'ApiError'
    this.status = status
    this.errors = errors
  }

  /** The text Proxmox makes of the error when it is caught: all but a plain `die` start with their code. */
  asText(): string {
    const lines = Object.entries(this.errors ?? {}).map(([name, text]) => `${name}: ${text}`)
    return [this.status === 500 ? this.message : `${this.status} ${this.message}`, ...lines].join('\n')
  }
}

/** A plain Perl `die`: status 500. */
export const failure = (message: string): ApiError => new ApiError(500, message)

/** 400 with a text for each parameter. */
export const parameterError = (errors: ParameterErrors): ApiError =>
  new ApiError(400, 'Parameter verification failed.', errors)

/** 403; `what` is usually `path, privilege`. */
export const forbidden = (what?: string): ApiError =>
  new ApiError(403, what === undefined ? 'Permission check failed' : `Permission check failed (${what})`)

/** Any thrown value as the text Proxmox would have at hand. */
export const textOf = (error: unknown): string => {
  if (error instanceof ApiError) return error.asText()
  return error instanceof Error ? error.message : String(error)
}

/** Runs `work`; an error comes out as a 500 whose text starts with `prefix: `, as Proxmox wraps what fails inside a lock. */
export const wrapped = async <T>(prefix: string, work: () => T | Promise<T>): Promise<T> => {
  try {
    return await work()
  } catch (error) {
    throw failure(`${prefix}: ${textOf(error)}`)
  }
}
