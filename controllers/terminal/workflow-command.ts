/** Where an annotation is shown; what is undefined is left out. */
export interface AnnotatedPlace {
  readonly file?: string | undefined
  readonly line?: number | undefined
  readonly col?: number | undefined
  readonly title?: string | undefined
}

/**
 * One of GitHub's workflow commands that annotate, as one line: whatever the texts are, they are no other command and no further line.
 */
export function workflowCommand(level: 'error' | 'warning' | 'notice', place: AnnotatedPlace, text: string): string {
  const properties = (['file', 'line', 'col', 'title'] as const).flatMap((name) => {
    const value = place[name]
    return value === undefined ? [] : [`${name}=${propertyText(String(value))}`]
  })
  const all = properties.length === 0 ? '' : ` ${properties.join(',')}`
  return `::${level}${all}::${dataText(text)}`
}

/** As GitHub's own toolkit escapes: percent, line ends; in properties also what separates them. */
const dataText = (text: string): string => text.replaceAll('%', '%25').replaceAll('\r', '%0D').replaceAll('\n', '%0A')
const propertyText = (text: string): string => dataText(text).replaceAll(':', '%3A').replaceAll(',', '%2C')

/**
 * Foreign text in a line that is no command: GitHub's runner takes a line for one that begins with `::`, or has `##[` anywhere, on standard
 * output and standard error alike.
 */
export const noCommand = (text: string): string => text.replaceAll('##[', '## [').replaceAll('::', ': :')
