import type { Diagnostic } from '../../model/diagnostic.ts'
import { printable } from '../../model/printable.ts'
import type { VmSpec } from '../../model/range-spec.ts'
import { MAX_DIAGNOSTICS } from '../yaml-file/syntax-diagnostics.ts'
import type { CheckedRange } from './checked-range.ts'

/** Proxmox' format `dns-name`, which it demands of a VM's name. It sets no length; DNS itself does. */
const DNS_NAME = /^(?:[A-Za-z0-9](?:[A-Za-z0-9-]*[A-Za-z0-9])?\.)*[A-Za-z0-9](?:[A-Za-z0-9-]*[A-Za-z0-9])?$/
const LONGEST_DNS_NAME = 253
const LONGEST_LABEL = 63

/** Windows truncates longer computer names to their NetBIOS form. */
export const NETBIOS_LENGTH = 15

/** VM names that Proxmox refuses. */
export const unfitVmNames = ({ machines, yaml }: CheckedRange): readonly Diagnostic[] =>
  machines
    .filter(({ vm }) => !isDnsName(vm.name))
    .slice(0, MAX_DIAGNOSTICS)
    .map(({ vm, node, says }) => {
      const finding = `Proxmox takes no VM name "${printable(vm.name)}": letters, digits, hyphens and dots are allowed, and each part starts and ends with a letter or digit`
      return yaml.diagnosticAt(node('vm_name'), finding, remedyFor('vm_name', says('vm_name'), vm.role))
    })

/** Host names that no operating system takes. */
export const unfitHostnames = ({ machines, yaml }: CheckedRange): readonly Diagnostic[] =>
  machines
    .flatMap((machine) => {
      const fault = impossible(machine.vm.hostname)
      return fault === undefined ? [] : [{ ...machine, fault }]
    })
    .slice(0, MAX_DIAGNOSTICS)
    .map(({ vm, node, says, fault }) => {
      const finding = `hostname "${printable(vm.hostname, 80)}" ${fault}`
      return yaml.diagnosticAt(node('hostname'), finding, remedyFor('hostname', says('hostname'), vm.role))
    })

/** Host names that work, but not everywhere or not in full: Ludus deploys them. Of those that nobody takes it says nothing. */
export const doubtfulHostnames = ({ machines, yaml }: CheckedRange): readonly Diagnostic[] =>
  machines
    .flatMap(({ vm, node }) => {
      const doubt = impossible(vm.hostname) === undefined ? doubtful(vm) : undefined
      return doubt === undefined ? [] : [{ ...doubt, node }]
    })
    .slice(0, MAX_DIAGNOSTICS)
    .map(({ finding, remedy, node }) => yaml.diagnosticAt(node('hostname'), finding, remedy))

const isDnsName = (text: string): boolean => text.length <= LONGEST_DNS_NAME && DNS_NAME.test(text)

const remedyFor = (key: string, said: boolean, role: string): string =>
  said ? `change ${key}` : `give the ${role} a ${key}`

function impossible(hostname: string): string | undefined {
  if (hostname === '') return 'is empty'
  if (/[\s\p{Cc}]/u.test(hostname)) return 'has a blank or control character in it'
  if (hostname.length > LONGEST_DNS_NAME) return `is longer than ${LONGEST_DNS_NAME} characters`
  const long = hostname.split('.').some((label) => label.length > LONGEST_LABEL)
  return long ? `has a part longer than ${LONGEST_LABEL} characters` : undefined
}

function doubtful(vm: VmSpec): { readonly finding: string; readonly remedy: string } | undefined {
  const { hostname } = vm
  if (vm.os === 'windows' && hostname.length > NETBIOS_LENGTH)
    return {
      finding: `hostname ${printable(hostname)} has ${hostname.length} characters; Windows cuts it to ${printable(hostname.slice(0, NETBIOS_LENGTH))}`,
      remedy: `shorten it to ${NETBIOS_LENGTH}`,
    }
  if (isDnsName(hostname)) return undefined
  return {
    finding: `hostname ${printable(hostname)} is no DNS name`,
    remedy: 'use letters, digits and hyphens, and start and end with a letter or digit',
  }
}
