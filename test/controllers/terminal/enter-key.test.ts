import { PassThrough } from 'node:stream'
import { expect } from 'chai'
import { enterKey } from '../../../controllers/terminal/enter-key.ts'

const terminal = () => Object.assign(new PassThrough(), { isTTY: true })
const { signal } = new AbortController()

describe('enterKey', () => {
  it('is undefined where nobody is there', () => {
    expect(enterKey(new PassThrough())).to.equal(undefined)
  })

  it('is true for an empty line, and not for another', async () => {
    const input = terminal()
    const pressed = enterKey(input)?.(signal)
    input.write('what?\n')
    input.write('\n')
    expect(await pressed).to.equal(true)
  })

  it('is false when the terminal goes, even in the middle of a line', async () => {
    for (const last of ['', 'ye']) {
      const input = terminal()
      const pressed = enterKey(input)?.(signal)
      input.end(last)
      expect(await pressed).to.equal(false)
    }
  })

  it('is false when nobody waits for it any more', async () => {
    const end = new AbortController()
    const pressed = enterKey(terminal())?.(end.signal)
    end.abort()
    expect(await pressed).to.equal(false)
  })
})
