import { expect } from 'chai'
import { openLab } from './lab.ts'
import { rangeText } from './ranges.ts'

const wishes = (text: string) => `ludus_extensions: { lanista: { placement: ${text} } }\n`
const vms = ['a', 'b', 'c'].map((name, index) => ({ name, vlan: 10, octet: index + 1 }))

describe('placement on a simulated cluster', function () {
  this.timeout(60_000)

  it('spreads, packs and keeps apart as range files wish, and explains it over HTTP as it was decided', async () => {
    const files = {
      'JD.yml': rangeText(vms, wishes('{ strategy: pack, strength: required }')),
      'KL.yml': rangeText(
        vms.slice(0, 2),
        wishes('{ vms: { "{{ range_id }}-a": { strength: required, apart_from: ["{{ range_id }}-b"] } } }'),
      ),
    }
    const lab = await openLab({ files })
    await lab.until(() => lab.ready('JD', 'KL'))
    const nodesOf = (id: string) => lab.controller.board.get(id)?.vms.map(({ node }) => node) ?? []
    expect(new Set(nodesOf('JD')).size).to.equal(1)
    expect(nodesOf('KL')[1]).not.to.equal(nodesOf('KL')[2])
    const explained = await lab.observed.explain('JD', 'JD-a')
    expect(explained).to.include({ rule: 'exists', node: nodesOf('JD')[0] })
    expect(explained?.nodes).to.have.length(3)
    expect(await lab.observed.explain('JD', 'JD-x')).to.equal(undefined)
    expect(await lab.observed.explain('../JD', 'JD-a')).to.equal(undefined)
    await lab.close()
  })

  it('creates nothing for a VM whose required wish can not be met, and says why', async () => {
    const lab = await openLab({
      files: { 'JD.yml': rangeText(vms, wishes('{ strategy: spread, strength: required }')) },
    })
    const blocked = () => lab.controller.board.get('JD')?.vms.filter(({ phase }) => phase === 'blocked') ?? []
    await lab.until(() => blocked().length === 1)
    expect(blocked()[0]?.trouble).to.match(
      /^vm JD-c: no node fits .*apart_from it is required.*prefer what is required/,
    )
    await lab.close()
    expect(lab.writes().filter(({ path }) => path.endsWith('/clone')).length).to.be.at.most(3)
  })
})
