import { expect } from 'chai'
import { FairSlots } from '../../../controllers/report/fair-slots.ts'

describe('notifications under way', () => {
  const settled = (): Promise<void> => new Promise((resolve) => setImmediate(resolve))

  it('are two of one range and two to one address at most, and all others have their turns', async () => {
    const slots = new FairSlots(8)
    const begun: string[] = []
    const ends: (() => void)[] = []
    const use = (range: string, address: string): Promise<void> =>
      slots.use(range, address, async () => {
        begun.push(`${range}${address}`)
        await new Promise<void>((resolve) => ends.push(resolve))
      })
    const all = ['A1', 'A2', 'A3', 'B9', 'C9', 'D9', 'E5'].map((each) => use(each.charAt(0), each.charAt(1)))
    await settled()
    expect(begun.join()).to.equal('A1,A2,B9,C9,E5')
    // One that fails gives its turn back as well.
    const broken = slots.use('F', '6', () => Promise.reject(new Error('refused')))
    expect(await broken.catch(String)).to.equal('Error: refused')
    while (ends.length > 0) {
      ends.shift()?.()
      await settled()
    }
    await Promise.all(all)
    expect(begun).to.have.length(7)
  })
})
