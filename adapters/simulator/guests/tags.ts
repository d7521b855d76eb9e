import { splitList } from '../formats.ts'

/** Tags as they are stored: lower case, each once, sorted, joined with `;`; none at all becomes a blank. */
export const canonicalTags = (value: string): string => {
  const tags = new Set(splitList(value).map((tag) => tag.toLowerCase()))
  return tags.size === 0 ? ' ' : [...tags].toSorted().join(';')
}
