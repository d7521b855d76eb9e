import { z } from 'zod'
import { ansibleGroupsOf } from './ansible-groups.ts'
import type { VmSpec } from './range-spec.ts'

/**
 * What a VM's notes say of its making. They come with the clone, in the same call, and again with the one write that
 * configures it. Whoever copies the VM copies them, and then they name another VMID.
 */
export interface Making {
  /** Of the VM that they were written for. */
  readonly vmid: number
  /** The id of the range that it was made for. */
  readonly range: string
  readonly configured: boolean
}

const notes = z.looseObject({
  lanista: z.object({ range: z.string(), vmid: z.int(), configured: z.boolean() }).optional(),
})

/** Undefined where the notes (Proxmox' `description`) don't tell. */
export const makingOf = (description: string | undefined): Making | undefined => readNotes(description)?.lanista

/** A VM's notes in the JSON form that Ludus' Ansible inventory reads, with what they say of its making. */
export const notesOf = (vm: VmSpec, making: Making): string =>
  JSON.stringify({
    groups: ansibleGroupsOf(vm, making.range),
    lanista: { range: making.range, vmid: making.vmid, configured: making.configured },
  })

/** True of notes in which nobody has written anything for people: there are none, or they have that form. */
export const areOurs = (description: string | undefined): boolean =>
  (description ?? '').trim() === '' || readNotes(description) !== undefined

function readNotes(description: string | undefined): z.output<typeof notes> | undefined {
  try {
    return notes.safeParse(JSON.parse(description ?? '')).data
  } catch {
    return undefined
  }
}
