/** An error to be shown to a person as it is, without a stack: subject, finding, remedy, one or several lines. */
export class UserError extends Error {
  constructor(message: string, cause?: unknown) {
    super(message, cause === undefined ? undefined : { cause })
    this.name = 'UserError'
  }
}
