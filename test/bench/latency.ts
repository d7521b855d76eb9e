import { openLab } from '../scenarios/lab.ts'
import { rangeText } from '../scenarios/ranges.ts'

const RUNS = 15
/** What the cluster takes counts little then. */
const SPEED = 40

/** From a range file's appearance in the folder to the arrival of the first write at Proxmox, in milliseconds of real time. */
export async function benchLatency(): Promise<void> {
  const times: number[] = []
  for (let run = 0; run < RUNS; run++) {
    const lab = await openLab({ speed: SPEED })
    // The first look at the (empty) folder is over and nothing is under way.
    await lab.pass()
    const firstWrite = new Promise<number>((resolve) => {
      lab.simulator.journal.listen(({ method }) => method !== 'GET' && resolve(performance.now()))
    })
    const dropped = performance.now()
    await lab.drop('JD.yml', rangeText([{ name: 'dc', vlan: 10, octet: 11 }]))
    times.push((await firstWrite) - dropped)
    await lab.until(() => lab.ready('JD'))
    await lab.close()
  }
  times.sort((a, b) => a - b)
  const at = (fraction: number): string => `${(times[Math.floor((times.length - 1) * fraction)] ?? 0).toFixed(0)} ms`
  console.log(
    `latency: file dropped to first write request, ${RUNS} runs: median ${at(0.5)}, fastest ${at(0)}, slowest ${at(1)}`,
  )
}
