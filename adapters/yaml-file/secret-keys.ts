/**
 * Keys whose values are secrets, or may hold some: said to be there, never shown. No list is complete; where others read it,
 * no value is shown at all (`unquotedDiagnostic`).
 */
export const SECRET_KEY =
  /pass|secret|token|(?:api|private|access|license|encryption)[-_]?key|credential|wireguard_config|urls/i

/** A key as it may be told where no value is: a slip, such as a missing blank, makes a key of a value. */
export const keyToTell = (key: string): string => (/^[A-Za-z_]{1,40}$/.test(key) ? key : '***')
