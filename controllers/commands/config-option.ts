/** What `--config` is for, in the help of each command that has it. */
export const CONFIG_HELP = "Ludus' config.yml with a lanista: section"

/** Where Ludus has it. */
export const DEFAULT_CONFIG = '/opt/ludus/config.yml'
