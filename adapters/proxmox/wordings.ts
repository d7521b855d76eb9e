import type { ProxmoxErrorKind } from '../../model/proxmox-error.ts'

/** Wording -> kind. Proxmox answers 500 to nearly everything; only the text tells. Source positions are never matched. */
const WORDINGS: readonly (readonly [RegExp, ProxmoxErrorKind | 'lock-timeout' | 'no-worker'])[] = [
  [/got lock request timeout/, 'lock-timeout'],
  [/can't lock file '.*' - got timeout/, 'lock-timeout'],
  [/no quorum/, 'no-quorum'],
  // pmxcfs turns read-only without quorum.
  [/unable to open file '\/etc\/pve\/.*' - Permission denied/, 'no-quorum'],
  [/got no worker upid - start worker failed/, 'no-worker'],
  [/^VM is locked \(/m, 'locked'],
  [/^CT is locked \(/m, 'locked'],
  [/invalid lock token provided/, 'locked'],
  [/configuration has pending changes/, 'conflict'],
  [/detected modified configuration/, 'conflict'],
  [/checksum mismatch \(file change by other user\?\)/, 'conflict'],
  [/already defined/, 'conflict'],
  [/config file already exists/, 'conflict'],
  [/^close \(rename\) atomic file '.*' failed: File exists/m, 'conflict'],
  [/already exist(s|\b)/, 'conflict'],
  [/is still in use by|is used by|already a pool member|belongs already to pool/, 'conflict'],
  [/is running - destroy failed/, 'conflict'],
  [/pool '.*' is not empty/, 'conflict'],
  [/Configuration file '.*' does not exist/, 'not-found'],
  [/unable to find configuration file for VM/, 'not-found'],
  [
    /^(?:[a-z ]+ failed: )?(?:sdn|sdn vnet|pool|storage|snapshot|parent) '.*' (?:of pool '.*' )?does not exist/m,
    'not-found',
  ],
  [/\(pool '.*' does not exist\)/, 'not-found'],
  [/^(?:ACL update failed: )?(?:group|role) '.*' does not exist/m, 'not-found'],
  [/no such cluster node/, 'not-found'],
  [/interface does not exist/, 'not-found'],
  [/cannot lookup undefined type/, 'not-found'],
  [/hostname lookup '.*' failed/, 'node-unreachable'],
  [/Parameter verification failed/, 'invalid-parameters'],
  [/unexpected property|unable to delete required option|no such option|no options specified/, 'invalid-parameters'],
  [/property contains a line feed|only root can set/, 'invalid-parameters'],
  [/not allowed for linked clones|Linked clone feature is not supported/, 'invalid-parameters'],
  [/can't clone VM to node '.*' \(VM uses local storage\)/, 'invalid-parameters'],
]

/** What an error's text means; undefined for one that is not known. */
export const kindOfText = (text: string): ProxmoxErrorKind | 'lock-timeout' | 'no-worker' | undefined =>
  WORDINGS.find(([wording]) => wording.test(text))?.[1]
