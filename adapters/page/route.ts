/** What the page shows, as its address says after the `#`: it can be sent to a colleague. */
export type View = 'ranges' | 'nodes' | 'networks' | 'plan' | 'events'

export interface Route {
  readonly view: View
  /** The one range or node that is looked at. */
  readonly name: string | undefined
  /** The VM of it. */
  readonly vm: string | undefined
  /** What is searched for, and by which states and kinds it is filtered; nothing of a token is ever here. */
  readonly filter: Readonly<Record<string, string>>
}

const VIEWS: ReadonlySet<string> = new Set(['ranges', 'nodes', 'networks', 'plan', 'events'] satisfies readonly View[])
const FILTERS: ReadonlySet<string> = new Set(['q', 'state', 'type', 'range'])

const isView = (word: string): word is View => VIEWS.has(word)

/** Reads `#/ranges/JD/vms/JD-DC01?state=NotReady`; what it does not know is the list of ranges. */
export function parseRoute(hash: string): Route {
  const [path = '', query = ''] = hash.replace(/^#\/?/, '').split('?')
  const [view = '', name = '', kind = '', vm = ''] = path.split('/').map(decoded)
  const filter = Object.fromEntries(
    [...new URLSearchParams(query)].filter(([key, value]) => FILTERS.has(key) && value !== ''),
  )
  if (!isView(view)) return { view: 'ranges', name: undefined, vm: undefined, filter }
  return {
    view,
    name: name === '' ? undefined : name,
    vm: kind === 'vms' && vm !== '' ? vm : undefined,
    filter,
  }
}

/** The address of a route, beginning with `#`. */
export function hrefOf({ view, name, vm, filter = {} }: Partial<Route> & { readonly view: View }): string {
  const path = [view, ...(name === undefined ? [] : [name]), ...(vm === undefined ? [] : ['vms', vm])]
  const query = new URLSearchParams(Object.entries(filter).filter(([, value]) => value !== '')).toString()
  return `#/${path.map(encodeURIComponent).join('/')}${query === '' ? '' : `?${query}`}`
}

export const rangeHref = (name: string, vm?: string): string => hrefOf({ view: 'ranges', name, vm })

/** A `%` that a person has typed is no reason to show nothing. */
function decoded(part: string): string {
  try {
    return decodeURIComponent(part)
  } catch {
    return part
  }
}
