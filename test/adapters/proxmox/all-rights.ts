/** What `GET /access/permissions` tells a token that has all that shows something, but for these. */
export const rightsBut = (
  ...lacking: readonly string[]
): Readonly<Record<string, Readonly<Record<string, number>>>> => {
  const held = ['VM.Audit', 'Datastore.Audit', 'Pool.Audit', 'Sys.Audit', 'SDN.Audit', 'SDN.Use']
  const rights = Object.fromEntries(held.filter((right) => !lacking.includes(right)).map((right) => [right, 1]))
  return Object.fromEntries(['/', '/access', '/nodes', '/pool', '/sdn', '/storage', '/vms'].map((at) => [at, rights]))
}

/** The same of one from which nothing is hidden. */
export const ALL_RIGHTS = rightsBut()
