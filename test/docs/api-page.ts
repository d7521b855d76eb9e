import { API_PATH, API_ROUTES, type ApiRoute } from '../../adapters/http/api-routes.ts'

const code = (text: string): string => `\`${text}\``

/** The rows of the API's endpoints, as they are served. */
export const apiRows = (): string =>
  [
    '| request | tells, or does | problems |',
    '| --- | --- | --- |',
    ...Object.values<ApiRoute>(API_ROUTES).map(({ method, path, summary, query, problems }) => {
      const asked = Object.entries(query ?? {}).map(([name, what]) => `${code(`?${name}=`)}: ${what}`)
      const cells = [code(`${method.toUpperCase()} ${API_PATH}${path}`), [summary, ...asked].join(' '), problems.join(', ')]
      return `| ${cells.join(' | ')} |`
    }),
  ].join('\n')
