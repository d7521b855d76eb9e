import { expect } from 'chai'
import { COMPILED, openBuildProject, SKIPPED } from './build-project.ts'
import { itLong } from '../runner/long-runs.ts'

describe('the build', () => {
  itLong('compiles once, and says when there is nothing to compile', async () => {
    const project = await openBuildProject()
    expect(await project.build()).to.deep.equal(COMPILED)
    expect(await project.build()).to.deep.equal(SKIPPED)
    expect(await project.leftovers()).to.deep.equal([])
    await project.remove()
  })
})
