import { startHere, type Started } from './command-line.ts'
import type { Site } from './site.ts'

/** One minute of a cluster after another, as Prometheus sees a Lanista that runs on it. */
export interface Scrapes {
  readonly running: Started
  /** The page as it is now. */
  page(accept?: string): Promise<string>
  /** Scrapes once a minute, so many times. */
  pass(minutes: number): Promise<void>
  /** As series for promtool's unit tests, scraped once a minute from 0 on; times count from there as well. */
  series(keeps: (metric: string) => boolean): readonly { readonly series: string; readonly values: string }[]
  /** All that was scraped. */
  texts(): readonly string[]
  end(): Promise<void>
}

const MINUTE_MS = 60_000

/** Starts `lanista run` on a site in virtual time, for who looks at it as Prometheus does. @param instance what its series are called by */
export async function startScraped(site: Site, instance: string): Promise<Scrapes> {
  const running = startHere(['run', '--config', site.config], { log: 'on standard error' })
  const http = /"http":"([^"]+)"/.exec(await running.nextLine(/"msg":"started"/))?.[1] ?? ''
  const page = async (accept = 'text/plain'): Promise<string> => {
    const answer = await fetch(`http://${http}/metrics`, { headers: { accept } })
    if (answer.status !== 200) throw new Error(`/metrics answers ${answer.status}`)
    return await answer.text()
  }
  const pages: { readonly at: number; readonly text: string; readonly samples: ReadonlyMap<string, number> }[] = []
  return {
    running,
    page,
    pass: async (minutes) => {
      for (let minute = 0; minute < minutes; minute += 1) {
        await new Promise((resolve) => setTimeout(resolve, MINUTE_MS))
        const text = await page()
        pages.push({ at: Date.now() / 1000, text, samples: samplesOf(text) })
      }
    },
    series: (keeps) => {
      const began = pages[0]?.at ?? 0
      const names = new Set(pages.flatMap(({ samples }) => [...samples.keys()].filter((name) => keeps(metricOf(name)))))
      const shift = (name: string, value: number): number =>
        /_(?:timestamp|time)_seconds$/.test(metricOf(name)) ? value - began : value
      const all = [...names].map((name) => ({
        series: withInstance(name, instance),
        values: pages
          .map(({ samples }) => samples.get(name))
          .map((value) => (value === undefined ? '_' : String(shift(name, value))))
          .join(' '),
      }))
      return [...all, { series: withInstance('up', instance), values: `1x${pages.length - 1}` }]
    },
    texts: () => pages.map(({ text }) => text),
    end: async () => {
      running.stop()
      await running.ended
    },
  }
}

const metricOf = (name: string): string => name.replace(/\{.*/, '')

const withInstance = (name: string, instance: string): string => {
  const own = `job="lanista",instance="${instance}"`
  return name.includes('{') ? name.replace('{', `{${own},`) : `${name}{${own}}`
}

function samplesOf(page: string): ReadonlyMap<string, number> {
  const samples = page.split('\n').flatMap((line): readonly (readonly [string, number])[] => {
    const [, name, value] = /^([^#\s][^ ]*(?:\{.*\})?) (\S+)$/.exec(line) ?? []
    return name === undefined ? [] : [[name, Number(value)]]
  })
  return new Map(samples)
}
