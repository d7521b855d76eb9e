import { z } from 'zod'

const names = (what: string, example: string) =>
  z
    .array(z.string())
    .meta({ description: what, examples: [[example]] })
    .optional()

/** What holds for a whole range as well as for one VM. */
const wishes = {
  strength: z
    .enum(['required', 'preferred'])
    .describe('required: where a wish can not be met nothing is created. Default: preferred.')
    .optional(),
  only_nodes: names('Nodes to choose from.', 'pve1'),
  avoid_nodes: names('Nodes to leave out.', 'pve3'),
}

const vmWishes = z.strictObject({
  ...wishes,
  together_with: names('VMs of this range to share the node with.', 'JD-DC01'),
  apart_from: names('VMs of this range to share no node with.', 'JD-DC02'),
})

/** Where an author would like VMs to go, beyond `target_node`. An existing VM is never moved for it. */
export const placement = z.strictObject({
  ...wishes,
  strategy: z
    .enum(['spread', 'pack'])
    .describe('spread: over as many nodes as possible; pack: on as few. Default: the best node for each VM.')
    .optional(),
  vms: z.record(z.string(), vmWishes).describe('Wishes for single VMs, by vm_name.').optional(),
})
