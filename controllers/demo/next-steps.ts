import type { Paint } from '../terminal/paint.ts'

export interface DemoPlaces {
  /** The watched folder. */
  readonly ranges: string
  readonly configFile: string
  /** A range file to drop in. */
  readonly extraRange: string
  /** A VM to append to range JD. */
  readonly extraVm: string
  /** Base URL of the HTTP endpoints. */
  readonly http: string
}

/** What to try while the demo runs, as lines. */
export function nextSteps(
  { ranges, configFile, extraRange, extraVm, http }: DemoPlaces,
  paint: Paint,
): readonly string[] {
  const steps: readonly (readonly [string, string])[] = [
    ['drop a range in', `cp ${extraRange} ${ranges}/`],
    ['add a VM', `cat ${extraVm} >> ${ranges}/JD.yml`],
    ['break one', `echo 'ludus: [' >> ${ranges}/KT.yml`],
    ['see it all', `open ${http}/ in a browser`],
    ['see a plan', `npx lanista plan --config ${configFile}`],
    ['see the metrics', `curl -s ${http}/metrics | grep ^lanista_range`],
    ['look around', `npx lanista tree JD --config ${configFile}`],
  ]
  return [
    paint('bold', 'It keeps watching. In another terminal, try:'),
    ...steps.map(([what, command]) => `  ${what.padEnd(16)} ${paint('cyan', command)}`),
    paint('dim', 'Ctrl-C ends the demo and removes everything it made.'),
  ]
}
