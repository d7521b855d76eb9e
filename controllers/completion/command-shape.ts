/** A command as far as completing it asks: commander's own have this and more. */
export interface CommandShape {
  name(): string
  description(): string
  readonly commands: readonly CommandShape[]
  readonly options: readonly OptionShape[]
  readonly registeredArguments: readonly ArgumentShape[]
}

export interface OptionShape {
  /** `-o, --output <format>` */
  readonly flags: string
  readonly short?: string | undefined
  readonly long?: string | undefined
  readonly description: string
  /** It takes a value. */
  readonly required: boolean
  readonly variadic: boolean
}

export interface ArgumentShape {
  name(): string
  readonly description: string
  readonly variadic: boolean
}

/** Names that begin with two underscores are for programs. */
export const isHidden = (command: CommandShape): boolean => command.name().startsWith('__')

/** `format` of `-o, --output <format>`; undefined for one without a value. */
export const valueNameOf = ({ flags }: OptionShape): string | undefined => /[<[]([^\]>.]+)/.exec(flags)?.[1]
