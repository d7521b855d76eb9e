import { readFile } from 'node:fs/promises'
import { expect } from 'chai'
import { createMachine } from 'xstate'
import { readSources } from '../architecture/import-graph.ts'
import { ARCHITECTURE, drawnParts, partIn, withParts } from './architecture-page.ts'
import { machineDrawing } from './machine-drawing.ts'

describe(ARCHITECTURE, () => {
  it('draws the rooms and the lives as the code has them; if not, "npm run docs" makes it so', async () => {
    const page = await readFile(ARCHITECTURE, 'utf8')
    const parts = Object.entries(drawnParts(await readSources('.')))
    expect(parts).to.have.length(5)
    expect(parts.flatMap(([name, part]) => (partIn(page, name) === part ? [] : [name]))).to.deep.equal([])
  })

  it('has a place for each part, and says so where it has not', () => {
    const page = 'a\n<!-- generated: b -->\nold\n<!-- end of generated -->\nc'
    const made = 'a\n<!-- generated: b -->\n\nnew\n\n<!-- end of generated -->\nc'
    expect(withParts(page, { b: 'new' })).to.equal(made)
    expect(withParts(made, { b: 'new' })).to.equal(made)
    expect(partIn(made, 'b')).to.equal('new')
    expect(() => withParts(page, { d: 'new' })).to.throw('no place for "d"')
  })
})

describe('the drawing of a machine', () => {
  it('has every way of it, by event, end, time and guard', () => {
    const { config } = createMachine({
      initial: 'one',
      on: { STOP: '.three', HEAR: {} },
      states: {
        one: { on: { GO: [{ guard: 'isFree', target: 'two' }, { target: 'three' }], HEAR: { actions: 'note' } } },
        two: { invoke: { src: 'work', onDone: 'three', onError: 'one' }, after: { patience: 'one' } },
        three: { always: { target: 'four' } },
        four: { type: 'final' },
      },
    })
    expect(machineDrawing(config).split('\n')).to.deep.equal([
      '```mermaid',
      'stateDiagram-v2',
      '  any_other: any other state',
      '  [*] --> one',
      '  one --> two: GO [isFree]',
      '  one --> three: GO',
      '  two --> three: work done',
      '  two --> one: work failed, after patience',
      '  three --> four',
      '  any_other --> three: STOP',
      '  four --> [*]',
      '```',
      '',
      '| state | goes to |',
      '| --- | --- |',
      '| `one` | `two` on GO if isFree; `three` on GO; stays on HEAR |',
      '| `two` | `three` on work done; `one` on work failed; `one` after patience |',
      '| `three` | `four` |',
      '| any other | `three` on STOP; stays on HEAR |',
    ])
  })

  it('is refused where a guard has no name', () => {
    const { config } = createMachine({ initial: 'one', states: { one: { on: { GO: { guard: () => true, target: 'one' } } } } })
    expect(() => machineDrawing(config)).to.throw('a guard has no name')
  })
})
