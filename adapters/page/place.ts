import { computed, signal } from '@preact/signals'
import { hrefOf, parseRoute, type Route } from './route.ts'

const hash = signal(location.hash)
addEventListener('hashchange', () => (hash.value = location.hash))

/** What is looked at. */
export const route = computed<Route>(() => parseRoute(hash.value))

/** The filter by one key, empty where there is none. */
export const filterBy = (key: string): string => route.value.filter[key] ?? ''

/** Another value of a filter in the same view, without a step in the browser's history for each letter typed. */
export function setFilter(key: string, value: string): void {
  const { view, filter } = route.value
  // What is searched for is looked for in the list.
  history.replaceState(null, '', hrefOf({ view, filter: { ...filter, [key]: value } }))
  hash.value = location.hash
}

/** The address of this view with a filter set, or taken away where it is set. */
export const toggledHref = (key: string, value: string): string => {
  const { view, filter } = route.value
  return hrefOf({ view, filter: { ...filter, [key]: filter[key] === value ? '' : value } })
}
