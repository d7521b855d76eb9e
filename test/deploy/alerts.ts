import { readFile } from 'node:fs/promises'
import { parse } from 'yaml'
import { z } from 'zod'

const alert = z.strictObject({
  alert: z.string(),
  expr: z.string(),
  for: z.string().optional(),
  labels: z.strictObject({ severity: z.enum(['critical', 'warning', 'info']) }),
  annotations: z.strictObject({ summary: z.string(), description: z.string(), runbook_url: z.string() }),
})
const rules = z.strictObject({
  groups: z.array(z.strictObject({ name: z.string(), rules: z.array(alert) })),
})

const RULES = 'deploy/prometheus/lanista.rules.yml'
export const RULE_TESTS = 'deploy/prometheus/lanista.rules.test.yml'

/** The alerts of `deploy/`; throws when one lacks something that each has to have. */
export async function readAlerts(): Promise<readonly z.infer<typeof alert>[]> {
  return rules.parse(parse(await readFile(RULES, 'utf8'))).groups.flatMap((group) => group.rules)
}
