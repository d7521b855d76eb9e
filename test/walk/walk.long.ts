import { readFile } from 'node:fs/promises'
import { expect } from 'chai'
import { ARCHITECTURE, partIn, walkedParts } from '../docs/architecture-page.ts'
import { takeWalks, type Walks } from './take-walks.ts'
import { enteredAgain } from './way.ts'

describe('the way from a changed range file to the request for a clone', () => {
  let walks: Walks
  before(async () => {
    walks = await takeWalks()
  })

  for (const [situation, name] of [
    ['of a range that had nothing yet', 'dropped'],
    ['of a range that gets one more VM', 'changed'],
  ] as const) {
    it(`begins at the folder and ends at Proxmox, ${situation}`, () => {
      const { steps } = walks[name]
      expect([steps[0]?.room, steps.at(-1)?.room, steps.at(-1)?.name]).to.deep.equal([
        'adapters/range-files',
        'adapters/proxmox',
        'exchange',
      ])
    })

    it(`leaves no room and enters it again, ${situation}`, () => {
      expect(enteredAgain(walks[name].steps)).to.deep.equal([])
    })

    it(`has every answer before it goes on, ${situation}`, () => {
      // What goes on beside it is work on other VMs of the range.
      expect(['InFlight.track', 'VmExecutor.work']).to.include.members(walks[name].besides.map((each) => each.name))
    })
  }

  it('is the one that the architecture tells; if not, "npm run docs" makes it so', async () => {
    const page = await readFile(ARCHITECTURE, 'utf8')
    const { walk } = walkedParts(walks.dropped)
    expect(partIn(page, 'walk')).to.equal(walk)
  })
})
