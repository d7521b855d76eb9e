import { z } from 'zod'

/** SHA-256 as hexadecimal digits. */
const digest = z.string().regex(/^[0-9a-f]{64}$/)

const savedAction = z.strictObject({
  range: z
    .string()
    .nullable()
    .meta({ description: 'The range that it is for; null: networks, which are made for all together.' }),
  sign: z.enum(['+', '~', '-']),
  what: z.string(),
  why: z.string().meta({ description: 'For people: what it says of loads and the like may be another later.' }),
  key: z.string().meta({ description: 'Stands for the action: kind and object, without why.' }),
})

/**
 * What `lanista plan --out` keeps: a plan, and what it was based on. Holds no secret, and no value of a range file but names of
 * VMs, templates and networks.
 */
export const savedPlanSchema = z
  .strictObject({
    apiVersion: z.literal('lanista/v1'),
    kind: z.literal('SavedPlan'),
    version: z.literal(1).meta({ description: 'Of this format. Another one is refused.' }),
    lanista: z.string().meta({ description: 'Version of the Lanista that made it.' }),
    createdAt: z.iso.datetime(),
    basedOn: z.strictObject({
      cluster: z.strictObject({
        name: z.string().nullable(),
        nodes: z.array(z.string()),
        hosts: z.array(z.string()).meta({ description: 'Of the API, as the configuration names them.' }),
      }),
      settings: digest.meta({ description: 'Stands for the settings that plans depend on.' }),
      ranges: z.array(
        z.strictObject({
          range: z.string(),
          file: z.string().nullable(),
          spec: digest
            .nullable()
            .meta({ description: 'Stands for what the file asks for; null of a range without one.' }),
        }),
      ),
    }),
    placements: z.array(z.strictObject({ range: z.string(), vm: z.string(), vmid: z.int(), node: z.string() })),
    actions: z.array(savedAction),
  })
  .meta({ title: 'Lanista saved plan', description: 'What `lanista plan --out` keeps.' })

export type SavedPlan = z.output<typeof savedPlanSchema>
export type SavedAction = z.output<typeof savedAction>
