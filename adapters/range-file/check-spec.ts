import type { Diagnostic } from '../../model/diagnostic.ts'
import type { CheckedRange } from './checked-range.ts'
import { unheardWishes } from './check-extensions.ts'
import { doubtfulHostnames, unfitHostnames, unfitVmNames } from './check-names.ts'
import { unusableAddresses } from './check-notify.ts'
import { balloonsAboveMemory, doubtfulNumbers, tooManyVlans } from './check-numbers.ts'
import { unsavable } from './check-portable.ts'
import { impossibleReferences } from './check-references.ts'
import { impossibleDependencies } from './check-roles.ts'
import { repeatedMarks, similarHostnames } from './check-unique.ts'
import { impossibleWishes } from './check-wishes.ts'
import { wordsForBooleans } from './check-words.ts'
import { MAX_DIAGNOSTICS } from '../yaml-file/syntax-diagnostics.ts'

/**
 * What the schema can't say, and what would go wrong in Proxmox, in Ludus or between two VMs: names that nobody takes,
 * things that must be unique, more VLANs than a router has NICs, numbers that two programs read differently, roles
 * that wait in vain. Empty when the range can be deployed.
 */
export const errorsIn = (range: CheckedRange): readonly Diagnostic[] =>
  [
    unsavable,
    doubtfulNumbers,
    unfitVmNames,
    unfitHostnames,
    impossibleReferences,
    balloonsAboveMemory,
    repeatedMarks,
    tooManyVlans,
    impossibleDependencies,
    impossibleWishes,
  ]
    .flatMap((check) => check(range).slice(0, MAX_DIAGNOSTICS))
    .slice(0, MAX_DIAGNOSTICS)

/** What is likely a mistake, and Ludus deploys nevertheless: it keeps no range from being made. */
export const warningsIn = (range: CheckedRange): readonly Diagnostic[] =>
  [wordsForBooleans, unheardWishes, doubtfulHostnames, similarHostnames, unusableAddresses]
    .flatMap((check) => check(range))
    .slice(0, MAX_DIAGNOSTICS)
