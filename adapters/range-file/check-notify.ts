import type { Diagnostic } from '../../model/diagnostic.ts'
import { readAddress } from '../../model/notify/notify-address.ts'
import type { CheckedRange } from './checked-range.ts'

/** Addresses that Ludus' Shoutrrr may know and Lanista can't send to. The finding repeats none of them: they are secrets. */
export const unusableAddresses = ({ notifyUrls, yaml }: CheckedRange): readonly Diagnostic[] =>
  notifyUrls.flatMap((url, index) => {
    const read = readAddress(url)
    if (read.kind === 'usable') return []
    const finding = `notify.urls[${index}] gets no notifications from Lanista: ${read.finding}`
    return [yaml.diagnosticAt(yaml.place(['notify', 'urls', index]).node, finding, read.remedy)]
  })
