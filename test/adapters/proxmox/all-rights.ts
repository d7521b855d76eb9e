/** What `GET /access/permissions` tells a token from which nothing is hidden. */
export const ALL_RIGHTS = {
  '/': Object.fromEntries(
    ['VM.Audit', 'Datastore.Audit', 'Pool.Audit', 'Sys.Audit', 'SDN.Audit', 'SDN.Use'].map((right) => [right, 1]),
  ),
}
