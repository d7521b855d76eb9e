import type { Diagnostic } from '../../model/diagnostic.ts'
import { readAddress } from '../../model/notify/notify-address.ts'
import { MAX_DIAGNOSTICS } from '../yaml-file/syntax-diagnostics.ts'
import type { CheckedRange } from './checked-range.ts'

/** Addresses that Ludus' Shoutrrr may know and Lanista can't send to. The finding repeats none of them: they are secrets. */
export const unusableAddresses = ({ notifyUrls, yaml }: CheckedRange): readonly Diagnostic[] =>
  notifyUrls
    .flatMap((url, index) => {
      const read = readAddress(url)
      return read.kind === 'usable' ? [] : [{ ...read, index }]
    })
    .slice(0, MAX_DIAGNOSTICS)
    .map(({ finding, remedy, index }) =>
      yaml.diagnosticAt(
        yaml.place(['notify', 'urls', index]).node,
        `notify.urls[${index}] gets no notifications from Lanista: ${finding}`,
        remedy,
      ),
    )
