import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect } from 'chai'
import { z } from 'zod'
import type { ParameterSchema } from '../../../adapters/simulator/parameters.ts'
import type { Permission } from '../../../adapters/simulator/permission.ts'
import { routes } from '../../../adapters/simulator/routes/index.ts'

const file = join('..', 'shared', 'pve', 'schema.json')

const count = z.coerce.number().optional()

const callSchema = z.object({
  path: z.string(),
  method: z.string(),
  parameters: z
    .object({
      properties: z
        .record(
          z.string(),
          z.object({
            type: z.string().optional(),
            optional: z.number().optional(),
            minimum: count,
            maximum: count,
            minLength: count,
            maxLength: count,
            enum: z.array(z.string()).optional(),
            pattern: z.string().optional(),
            format: z.unknown().optional(),
            requires: z.string().optional(),
          }),
        )
        .optional(),
    })
    .optional(),
  permissions: z.object({ check: z.unknown().optional(), user: z.string().optional() }).optional(),
})

type Call = z.infer<typeof callSchema>
type Property = NonNullable<NonNullable<Call['parameters']>['properties']>[string]

/** What the two have in common, in one form. */
const theirs = ({
  type,
  optional,
  minimum,
  maximum,
  minLength,
  maxLength,
  enum: values,
  pattern,
  format,
  requires,
}: Property) => ({
  type,
  required: optional !== 1,
  minimum,
  maximum,
  minLength,
  maxLength,
  values,
  requires,
  checked: pattern !== undefined || format !== undefined,
})

const ours = ({
  type,
  required,
  minimum,
  maximum,
  minLength,
  maxLength,
  values,
  requires,
  pattern,
  format,
  check,
}: ParameterSchema) => ({
  type,
  required,
  minimum,
  maximum,
  minLength,
  maxLength,
  values,
  requires,
  checked: pattern !== undefined || format !== undefined || check !== undefined,
})

/** A permission in the schema's own form; undefined for those only its prose tells. */
const asCheck = (permission: Permission): unknown => {
  switch (permission.kind) {
    case 'all':
    case 'world': {
      return { user: permission.kind }
    }
    case 'perm': {
      const any = permission.any ? ['any', 1] : []
      const onlyWith = permission.onlyWith === undefined ? [] : ['require_param', permission.onlyWith]
      return ['perm', permission.path, [...permission.privileges], ...any, ...onlyWith]
    }
    case 'perm-modify': {
      return ['perm-modify', permission.path]
    }
    case 'and':
    case 'or': {
      return [permission.kind, ...permission.of.map(asCheck)]
    }
  }
}

/** Routes of which the simulator deliberately knows only a part. */
const partial = new Set([
  'PUT /cluster/options',
  'POST /access/users',
  'GET /access/users',
  'POST /access/roles',
  'GET /cluster/options',
])

/** Formats whose rules the schema does not tell and that no author of ranges touches. */
const looser = new Set(['rt-import', 'privs', 'type', 'targetstorage'])

describe("the simulator's parameter tables", () => {
  before(function () {
    if (existsSync(file)) return
    console.log(`      no ${file}: the API's own schema is not here to compare with`)
    this.skip()
  })

  const schema = (): readonly Call[] => z.array(callSchema).parse(JSON.parse(readFileSync(file, 'utf8')))

  it("agree with the API's own schema in names, types, limits and values", () => {
    const calls = new Map(schema().map((call) => [`${call.method} ${call.path}`, call]))
    const compared: string[] = []
    for (const route of routes) {
      const name = `${route.method} ${route.path}`
      const properties = calls.get(name)?.parameters?.properties
      if (properties === undefined || partial.has(name)) continue
      compared.push(name)
      const asTheirs = (key: string): string => {
        const numbered = key.replace(/\d+$/, '[n]')
        return Object.hasOwn(properties, key) ? key : numbered
      }
      expect([...new Set(Object.keys(route.params).map(asTheirs))], name).to.have.members(Object.keys(properties))
      for (const [key, own] of Object.entries(route.params)) {
        const property = properties[asTheirs(key)]
        if (property === undefined || looser.has(key)) continue
        expect(ours(own), `${name} ${key}`).to.deep.equal(theirs(property))
      }
    }
    expect(compared.length).to.be.greaterThan(40)
  })

  it('ask for the rights the schema names', () => {
    const calls = new Map(schema().map((call) => [`${call.method} ${call.path}`, call]))
    for (const route of routes) {
      const name = `${route.method} ${route.path}`
      const permissions = calls.get(name)?.permissions
      if (permissions === undefined || partial.has(name)) continue
      expect(asCheck(route.permission), name).to.deep.equal(permissions.check ?? { user: permissions.user })
    }
  })
})
