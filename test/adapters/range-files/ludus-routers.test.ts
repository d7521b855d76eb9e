import { expect } from 'chai'
import { withLudusRouters } from '../../../adapters/range-files/ludus-routers.ts'
import type { RangeFiles } from '../../../model/ports.ts'
import type { RangeSpec } from '../../../model/range-spec.ts'
import { range, router, vm } from '../../builders/range.ts'

const filesOf = (spec: RangeSpec): RangeFiles => ({
  list: () => Promise.resolve([spec.id]),
  read: (id) => Promise.resolve(id === spec.id ? { kind: 'ok', spec, warnings: [] } : { kind: 'absent' }),
  watch: () => Promise.resolve(),
})
const DEFAULTS = { default_router_vm_name: '{{range_id}}-gate', default_router_template_name: 'mine' }
const NAMES = [13, 12, 11].map((release) => `JD-router-debian${release}-x64`)

describe("routers as Ludus' server settings have them", () => {
  it('are so where the range file leaves it open, and found under the other names as well', async () => {
    const open = range('JD', { router: router('JD', { otherNames: NAMES.slice(0, 2), unsaid: ['name', 'template'] }) })
    const files = withLudusRouters(filesOf(open), DEFAULTS)
    const read = await files.read('JD')
    expect(read).to.have.property('kind', 'ok')
    if (read.kind !== 'ok') return
    expect(read.spec.router).to.deep.include({ name: 'JD-gate', otherNames: NAMES, template: 'mine', unsaid: [] })
    const again = await files.read('JD')
    expect(
      again.kind === 'ok' && again.spec === read.spec,
      'one value for as long as the file does not change',
    ).to.equal(true)
    expect(await files.read('KT')).to.deep.equal({ kind: 'absent' })
  })

  it('are not found under the name of a VM of the file', async () => {
    const open = range('JD', { router: router('JD', { unsaid: ['name'] }), vms: [vm(NAMES[1] ?? '')] })
    const read = await withLudusRouters(filesOf(open), DEFAULTS).read('JD')
    expect(read.kind === 'ok' && read.spec.router.otherNames).to.deep.equal([NAMES[0], NAMES[2]])
  })

  it('are as the file says where it does', async () => {
    const said = range('JD', { router: router('JD', { name: 'own', unsaid: ['template'] }) })
    const read = await withLudusRouters(filesOf(said), DEFAULTS).read('JD')
    expect(read.kind === 'ok' && read.spec.router).to.deep.include({ name: 'own', template: 'mine', unsaid: [] })
  })
})
