import { spawnSync } from 'node:child_process'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { availableParallelism, loadavg, tmpdir } from 'node:os'
import { join, resolve } from 'node:path'

const [FILES, VMS, RUNS] = [1000, 20, 3]

/** `lanista validate` as a user calls it, from start to exit, on a folder of 1,000 valid files of 20 VMs each. */
export async function benchValidate(): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'lanista-bench-'))
  try {
    const text = rangeOf(VMS)
    for (let index = 0; index < FILES; index++) await writeFile(join(folder, `range${index}.yml`), text)
    const seconds = Array.from({ length: RUNS }, () => secondsOf(folder)).sort((a, b) => a - b)
    const [fastest = 0, median = 0, slowest = 0] = seconds
    const rate = Math.round(FILES / median)
    console.log(
      `validate: ${FILES} files of ${VMS} VMs (${text.length} bytes each), ${RUNS} runs: median ${median.toFixed(2)} s (${rate} files/s), fastest ${fastest.toFixed(2)} s, slowest ${slowest.toFixed(2)} s; ${availableParallelism()} processors, load ${(loadavg()[0] ?? 0).toFixed(1)}`,
    )
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}

function secondsOf(folder: string): number {
  const begun = performance.now()
  const { status, stdout, stderr } = spawnSync(
    process.execPath,
    [resolve('dist/controllers/main.js'), 'validate', folder],
    {
      encoding: 'utf8',
    },
  )
  if (status !== 0) throw new Error(`validate ended with ${status}: ${stdout.slice(-300)} ${stderr}`)
  return (performance.now() - begun) / 1000
}

/** What people write: domain, roles, testing; 17 lines a VM. */
const rangeOf = (vms: number): string => `ludus:\n${Array.from({ length: vms }, (_, index) => vmText(index)).join('')}`

const vmText = (index: number): string => `  - vm_name: "{{ range_id }}-vm${index}"
    hostname: "{{ range_id }}-vm${index}"
    template: win2022-server-x64-template
    vlan: ${10 + (index % 5)}
    ip_last_octet: ${11 + index}
    ram_gb: 8
    ram_min_gb: 2
    cpus: 4
    windows:
      sysprep: true
    domain:
      fqdn: example.internal
      role: ${index === 0 ? 'primary-dc' : 'member'}
    roles:
      - some.role
    testing:
      snapshot: true
      block_internet: true
`
