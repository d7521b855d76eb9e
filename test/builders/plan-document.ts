import { z } from 'zod'

const change = z.strictObject({ sign: z.enum(['+', '~', '-']), what: z.string(), why: z.string() })
const diagnostic = z.strictObject({
  file: z.string(),
  line: z.int().positive().nullable(),
  column: z.int().positive().nullable(),
  finding: z.string(),
  remedy: z.string(),
})

/** The document of `lanista plan --format json`, as its page has it: no field more, and none less. */
export const planDocument = z.strictObject({
  kind: z.literal('lanista-plan'),
  version: z.literal(1),
  result: z.enum(['unchanged', 'changes', 'blocked', 'failed']),
  counts: z.strictObject({ ranges: z.int(), changes: z.int(), inTheWay: z.int() }),
  commit: z
    .strictObject({
      id: z.string().regex(/^[0-9a-f]{40}$/),
      author: z.string(),
      subject: z.string(),
      comparedWith: z.strictObject({ id: z.string(), subject: z.string(), inForce: z.boolean() }).nullable(),
      standing: z.enum(['first', 'follows', 'behind', 'other']),
      bothChanged: z.array(z.string()),
      refused: z.strictObject({ reason: z.string(), message: z.string(), approvable: z.boolean() }).nullable(),
    })
    .nullable(),
  approvals: z.array(
    z.strictObject({ of: z.enum(['commit', 'removal']), range: z.string().nullable(), why: z.string() }),
  ),
  removed: z.array(
    z.strictObject({
      range: z.string(),
      vms: z.array(z.strictObject({ name: z.string(), vmid: z.int(), node: z.string() })),
      networks: z.array(z.string()),
      pool: z.boolean(),
      fate: z.enum(['goes', 'approval', 'stays', 'nothing']),
      why: z.string(),
      inTheWay: z.array(z.string()),
    }),
  ),
  ranges: z.array(
    z.strictObject({
      range: z.string(),
      number: z.int().nullable(),
      file: z.string().nullable(),
      changes: z.array(change),
      created: z.array(
        z.strictObject({
          vm: z.string(),
          vmid: z.int(),
          node: z.string(),
          template: z.string(),
          memoryBytes: z.int(),
          cores: z.int(),
          starts: z.boolean(),
          why: z.string(),
          fits: z.boolean(),
          leftOnNodeBytes: z.number().nullable(),
        }),
      ),
      inTheWay: z.array(z.string()),
      waits: z.array(z.string()),
      unnamed: z.array(z.string()),
      notes: z.array(z.string()),
    }),
  ),
  unchanged: z.array(z.string()),
  networks: z.array(change),
  nodes: z.array(z.strictObject({ node: z.string(), memoryBytes: z.number(), freeMemoryBytes: z.number() })),
  inTheWay: z.array(z.string()),
  problems: z.array(diagnostic),
  warnings: z.array(diagnostic),
  remarks: z.array(z.string()),
})
