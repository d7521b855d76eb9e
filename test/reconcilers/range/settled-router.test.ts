import { expect } from 'chai'
import fc from 'fast-check'
import type { VmSpec } from '../../../model/range-spec.ts'
import { withSettledRouter } from '../../../reconcilers/range/settled-router.ts'
import { otherRouterNames } from '../../../model/router-names.ts'
import { findGuest, guestsOfRange, indexGuests } from '../../../reconcilers/vm/find-guest.ts'
import { cluster, guest, template } from '../../builders/cluster.ts'
import { range, router, vm } from '../../builders/range.ts'

const [D11, D12, D13] = ['JD-router-debian11-x64', 'JD-router-debian12-x64', 'JD-router-debian13-x64'] as const
/** As a file leaves it that says nothing of its router. */
const unsaid = (traits: Partial<VmSpec> = {}): VmSpec =>
  router('JD', { otherNames: [D13, D12], unsaid: ['name', 'template'], ...traits })
const templates = (...releases: readonly number[]) =>
  releases.map((release) => template(9000 + release, `debian-${release}-x64-server-template`))
const settled = (
  of: VmSpec,
  traits: Parameters<typeof cluster>[0] = {},
  vms: readonly VmSpec[] = [],
  underWay: Parameters<typeof withSettledRouter>[2] = [],
) => {
  const spec = withSettledRouter(range('JD', { router: of, vms }), cluster(traits), underWay)
  return { ...spec, is: [spec.router.name, spec.router.template] }
}

describe('the router of a range whose file does not name it', () => {
  it('is made of the newest template that Ludus makes routers of, and called after it', () => {
    for (const [releases, newest] of [
      [[11, 12, 13], 13],
      [[12, 11], 12],
      [[11], 11],
    ] as const)
      expect(settled(unsaid(), { templates: templates(...releases) }).is).to.deep.equal([
        `JD-router-debian${newest}-x64`,
        `debian-${newest}-x64-server-template`,
      ])
  })

  it('stays what Ludus 2 takes where there is none of them, so that this one is told to be missing', () => {
    expect(settled(unsaid(), { templates: [] }).is).to.deep.equal([D11, 'debian-11-x64-server-template'])
  })

  it("is the one that is in the range's pool under any of Ludus' names, and no second one is made beside it", () => {
    const there = (name: string, pool: string) => guest(105, { name, pool })
    for (const name of [D11, D12, D13])
      expect(settled(unsaid(), { templates: templates(11, 12, 13), guests: [there(name, 'JD')] }).is[0]).to.equal(name)
    const others = [there(D11, 'KT'), guest(106, { name: D11, pool: 'JD', template: true })]
    const container = guest(107, { name: D12, pool: 'JD', kind: 'lxc' })
    expect(settled(unsaid(), { templates: templates(13), guests: [...others, container] }).is[0]).to.equal(D13)
  })

  it('is the one that is being made just now', () => {
    const work = { rangeId: 'JD', vmid: 1_001_254, name: D12, node: 'pve1' }
    expect(settled(unsaid(), { templates: templates(13) }, [], [work]).is[0]).to.equal(D12)
    const another = { ...work, rangeId: 'KT' }
    expect(settled(unsaid(), { templates: templates(13) }, [], [another]).is[0]).to.equal(D13)
  })

  it('is not a VM of the file that has such a name', () => {
    const there = guest(105, { name: D12, pool: 'JD' })
    expect(settled(unsaid(), { templates: templates(13), guests: [there] }, [vm(D12)]).is[0]).to.equal(D13)
  })

  it('is never called as a VM of the file is', () => {
    expect(settled(unsaid(), { templates: templates(13) }, [vm(D13)]).is[0]).to.equal(D11)
    expect(settled(unsaid(), { templates: templates(12) }, [vm(D12)]).is[0]).to.equal(D11)
  })

  it('keeps the name that is said, and of name and template what is said', () => {
    const named = router('JD', { name: 'gate', unsaid: ['template'] })
    expect(settled(named, { templates: templates(13) }).is).to.deep.equal(['gate', 'debian-13-x64-server-template'])
    const made = unsaid({ template: 'mine', unsaid: ['name'] })
    expect(settled(made, { templates: templates(13) }).is).to.deep.equal([D11, 'mine'])
  })

  it('is meant by wishes under any of its names', () => {
    const near = vm('JD-a', { wishes: [{ kind: 'together_with', vms: [D11, 'JD-b'], required: true }] })
    const { vms } = settled(unsaid(), { templates: templates(12) }, [near])
    expect(vms[0]?.wishes).to.deep.equal([{ kind: 'together_with', vms: [D12, 'JD-b'], required: true }])
    const newer = vm('JD-a', { wishes: [{ kind: 'apart_from', vms: [D13], required: true }] })
    expect(settled(unsaid(), { templates: templates(11) }, [newer]).vms[0]?.wishes).to.deep.equal([
      { kind: 'apart_from', vms: [D11], required: true },
    ])
  })

  it('is made only where there is none under any of its names, and never is, nor is called as, a VM of the file', () => {
    const names = [D11, D12, D13] as const
    const release = fc.constantFrom(11, 12, 13)
    const pool = fc.constantFrom(undefined, 'JD', 'KT')
    const there = fc.uniqueArray(
      fc.record({ name: fc.constantFrom(...names), pool, vmid: fc.integer({ min: 100, max: 109 }) }),
      {
        selector: ({ vmid }) => vmid,
        maxLength: 4,
      },
    )
    const ofFile = fc.uniqueArray(fc.constantFrom<string>(D12, D13))
    fc.assert(
      fc.property(fc.uniqueArray(release), there, ofFile, (releases, seen, vmNames) => {
        const guests = seen.map(({ vmid, ...traits }) => guest(vmid, traits))
        const otherNames = otherRouterNames('JD', D11, vmNames)
        const of = router('JD', { otherNames, unsaid: ['name', 'template'] })
        const vms = vmNames.map((name) => vm(name))
        const { router: made } = settled(of, { templates: templates(...releases), guests }, vms)
        expect(vmNames).to.not.include(made.name)
        const found = findGuest(made, 1_001_254, guestsOfRange('JD', new Set(), indexGuests({ guests })))
        const its = seen.filter(({ name }) => !vmNames.includes(name))
        expect(found.kind === 'absent').to.equal(its.length === 0)
        if (found.kind === 'guest') expect(its.map(({ vmid }) => vmid)).to.include(found.guest.vmid)
      }),
    )
  })
})
