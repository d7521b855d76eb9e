import type { Paint } from '../terminal/paint.ts'

export interface DemoPlaces {
  /** The watched folder. */
  readonly ranges: string
  readonly configFile: string
  /** A range file to drop in. */
  readonly extra: string
  /** Base URL of the HTTP endpoints. */
  readonly http: string
}

/** What to try while the demo runs, as lines. */
export function nextSteps({ ranges, configFile, extra, http }: DemoPlaces, paint: Paint): readonly string[] {
  const steps: readonly (readonly [string, string])[] = [
    ['drop a range in', `cp ${extra} ${ranges}/`],
    [
      'edit one',
      `sed -i 's/ip_last_octet: 1$/ip_last_octet: 1\\n    target_node: pve2/; s/-kali"/-kali2"/' ${ranges}/JD.yml`,
    ],
    ['break one', `echo 'ludus: [' >> ${ranges}/KT.yml`],
    ['see a plan', `npx lanista plan --config ${configFile}`],
    ['see the metrics', `curl -s ${http}/metrics | grep ^lanista_range`],
    ['see the status', `curl -s ${http}/api/ranges`],
  ]
  return [
    paint('bold', 'It keeps watching. In another terminal, try:'),
    ...steps.map(([what, command]) => `  ${what.padEnd(16)} ${paint('cyan', command)}`),
    paint('dim', 'Ctrl-C ends the demo and removes everything it made.'),
  ]
}
