import { PassThrough } from 'node:stream'
import { expect } from 'chai'
import { questioner } from '../../../controllers/terminal/questioner.ts'

const terminal = () => Object.assign(new PassThrough(), { isTTY: true })

describe('questions to a person', () => {
  it('are not put where nobody is at the terminal', () => {
    expect(questioner(new PassThrough(), new PassThrough())).to.equal(undefined)
  })

  it('come back with the line that was typed', async () => {
    const [input, output] = [terminal(), new PassThrough()]
    const answer = questioner(input, output)?.('sure? ')
    input.write('JD\n')
    expect(await answer).to.equal('JD')
    expect(String(output.read())).to.contain('sure? ')
  })

  it('count as answered with nothing when they are broken off', async () => {
    const input = terminal()
    const answer = questioner(input, new PassThrough())?.('sure? ')
    input.end()
    expect(await answer).to.equal('')
  })
})
