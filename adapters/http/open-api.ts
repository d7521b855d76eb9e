import { z } from 'zod'
import { problem } from '../../model/api/problem.ts'
import { API_PATH, API_ROUTES, type ApiRoute } from './api-routes.ts'

const schemaOf = (schema: z.ZodType): unknown => {
  const { $schema: _, ...rest } = z.toJSONSchema(schema, {
    target: 'draft-2020-12',
    io: 'output',
    unrepresentable: 'any',
  })
  return rest
}

/** The API in the words of OpenAPI 3.1, made of the table that it is served by. */
export function openApiDocument(version: string): object {
  const paths: Record<string, Record<string, unknown>> = {}
  for (const [name, route] of Object.entries<ApiRoute>(API_ROUTES))
    paths[`${API_PATH}${route.path}`] = { [route.method]: operation(name, route) }
  return {
    openapi: '3.1.0',
    info: {
      title: 'Lanista',
      version,
      description: 'How ranges stand, since when and why; what happened; and the little that may be asked of them.',
      license: { name: 'Apache-2.0', identifier: 'Apache-2.0' },
    },
    paths,
    components: { securitySchemes: { token: { type: 'http', scheme: 'bearer' } } },
  }
}

function operation(
  name: string,
  { path, summary, query = {}, body, answer, contentType, problems }: ApiRoute,
): unknown {
  const names = [...path.matchAll(/\{([^}]+)\}/g)].flatMap(([, each]) => each ?? [])
  const named = names.map((each) => ({ name: each, in: 'path', required: true, schema: { type: 'string' } }))
  const asked = Object.entries(query).map(([each, description]) => ({
    name: each,
    in: 'query',
    description,
    schema: { type: 'string' },
  }))
  const content = { [contentType ?? 'application/json']: { schema: schemaOf(answer) } }
  const details = { 'application/problem+json': { schema: schemaOf(problem) } }
  return {
    operationId: name,
    summary,
    ...(named.length + asked.length === 0 ? {} : { parameters: [...named, ...asked] }),
    ...(body === undefined
      ? {}
      : {
          requestBody: { required: true, content: { 'application/json': { schema: schemaOf(body) } } },
          security: [{ token: [] }],
        }),
    responses: {
      200: { description: 'As asked.', content },
      ...Object.fromEntries(problems.map((status) => [status, { description: 'A problem.', content: details }])),
    },
  }
}
