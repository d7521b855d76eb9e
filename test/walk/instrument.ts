import type { LoadHook } from 'node:module'

/**
 * Node's hook for loading modules: what a file of the product exports is taken up by the recorder, from the outside, so that
 * whoever imports it is seen to call it. The text keeps its places, and gets its additions at the end.
 */
export const load: LoadHook = async (url, context, nextLoad) => {
  const loaded = await nextLoad(url, context)
  const file = PRODUCT.exec(url)?.[1]
  const { source } = loaded
  if (file === undefined || source === undefined || source === null) return loaded
  const text = typeof source === 'string' ? source : new TextDecoder().decode(source)
  return { ...loaded, source: recorded(text, `${file}.ts`) }
}

/** The simulator is no part of the way: it stands for Proxmox. */
const PRODUCT = /\/dist\/((?:controllers|reconcilers|adapters\/(?!simulator\/)).*)\.js$/
const EXPORTED = /^export (?=(?:async )?(function|const|class) (\w+))/gm

function recorded(source: string, file: string): string {
  const names: string[] = []
  const plain = source.replaceAll(EXPORTED, (keyword: string, _kind: string, name: string) => {
    names.push(name)
    return ' '.repeat(keyword.length)
  })
  const wrapped = names.map(
    (name) => `const recorded_${name} = record(${name}, '${name}', '${file}')\nexport { recorded_${name} as ${name} }`,
  )
  const recorder = new URL('recorder.js', import.meta.url).href
  return [plain, `import { record } from '${recorder}'`, ...wrapped, ''].join('\n')
}
