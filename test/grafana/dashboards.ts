import { type Dashboard, dashboardJson } from './dashboard.ts'
import { ITSELF } from './itself.ts'
import { NODE } from './node.ts'
import { OVERVIEW } from './overview.ts'
import { RANGE } from './range.ts'

export const DASHBOARDS: readonly Dashboard[] = [OVERVIEW, RANGE, NODE, ITSELF]

/** The files that Grafana imports, by their paths in the project. */
export const dashboardFiles = (): readonly { readonly path: string; readonly text: string }[] =>
  DASHBOARDS.map((dashboard) => ({
    path: `deploy/grafana/${dashboard.uid}.json`,
    text: dashboardJson(dashboard),
  }))
