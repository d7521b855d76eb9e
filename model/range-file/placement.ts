import { z } from 'zod'

const names = (what: string, example: string) =>
  z
    .array(z.string())
    .meta({ description: what, examples: [[example]] })
    .optional()

const NODE = 'pve2'
const VM = '{{ range_id }}-DC01'

/** What holds for a whole range as well as for one VM. */
const wishes = {
  strength: z
    .enum(['required', 'preferred'])
    .describe(
      'Of the wishes beside it. required: a VM for which one can not be met is not created; preferred: they go before the score of a node. Default: preferred.',
    )
    .optional(),
  only_nodes: names('Nodes to choose from.', NODE),
  avoid_nodes: names('Nodes to leave out.', NODE),
}

const vmWishes = z.strictObject({
  ...wishes,
  strategy: z
    .enum(['spread', 'pack'])
    .describe("spread: away from the range's other VMs; pack: where they are. Default: that of the range.")
    .optional(),
  together_with: names('VMs of this range, or its router, to share the node with.', VM),
  apart_from: names('VMs of this range, or its router, to share no node with.', VM),
})

/** Where an author would like VMs to go, beyond `target_node`. An existing VM is never moved for it. */
export const placement = z.strictObject({
  ...wishes,
  strategy: z
    .enum(['spread', 'pack'])
    .describe('spread: over as many nodes as possible; pack: on as few. Default: the best node for each VM.')
    .optional(),
  vms: z
    .record(z.string(), vmWishes)
    .meta({
      description: 'Wishes for single VMs, by vm_name; the router has one too.',
      examples: [{ [VM]: { only_nodes: [NODE] } }],
    })
    .optional(),
})

/** Wishes as a file has them. */
export type PlacementKeys = z.output<typeof placement>
/** Wishes for one VM as a file has them. */
export type VmWishKeys = z.output<typeof vmWishes>
