import { Gauge, type OpenMetricsContentType, type Registry } from 'prom-client'

/** Where metrics are registered. They are shown in both formats, and only this kind takes exemplars. */
export type Registers = Registry<OpenMetricsContentType>[]

/** The value of one set of labels. */
export type Series<L extends string> = readonly [labels: Record<L, string>, value: number]

interface Described<L extends string> {
  readonly name: string
  readonly help: string
  readonly labelNames: readonly L[]
}

/** A gauge whose series are those that `read` tells at the moment of a scrape, and no others: what is no more is not shown. */
export function gaugeOf<L extends string>(
  registers: Registers,
  { name, help, labelNames }: Described<L>,
  read: () => Iterable<Series<L>> | Promise<Iterable<Series<L>>>,
): void {
  const gauge: Gauge = new Gauge({
    name,
    help,
    labelNames: [...labelNames],
    registers,
    collect: async () => {
      const all = await read()
      gauge.reset()
      // One without labels would be 0 where nothing is known.
      if (labelNames.length === 0) gauge.remove()
      for (const [labels, value] of all) gauge.set(labels, value)
    },
  })
}

/** A gauge without labels; shown only where `read` tells a value. */
export function valueOf(
  registers: Registers,
  name: string,
  help: string,
  read: () => number | undefined | Promise<number | undefined>,
): void {
  gaugeOf(registers, { name, help, labelNames: [] }, async () => {
    const value = await read()
    return value === undefined ? [] : [[{}, value]]
  })
}

/** Epoch milliseconds as Prometheus counts them. */
export const secondsOf = (milliseconds: number): number => milliseconds / 1000

/** 1 for what is so, 0 for what is not. */
export const flag = (is: boolean): 0 | 1 => (is ? 1 : 0)
