import { readFile } from 'node:fs/promises'
import { expect } from 'chai'
import { jsonSchemaOf, SCHEMA_NAMES } from '../../model/json-schema.ts'
import { referencePages } from './reference-pages.ts'
import { sectionsOf } from './schema-rows.ts'

describe('the reference pages', () => {
  for (const { path, text } of referencePages())
    it(`${path} says what the definitions say; if not, "npm run docs" makes it so`, async () => {
      expect(await readFile(path, 'utf8')).to.equal(text)
    })

  // What a person writes; a report is written by Lanista.
  for (const name of SCHEMA_NAMES.filter((each) => each !== 'doctor'))
    it(`have a meaning and an example for every key of the ${name} file`, () => {
      const rows = sectionsOf(jsonSchemaOf(name)).flatMap(({ path, rows: own }) =>
        own.map((row) => ({ ...row, name: `${path}.${row.key}` })),
      )
      expect(rows.length).to.be.greaterThan(15)
      expect(rows.filter(({ description }) => description === '').map((row) => row.name)).to.deep.equal([])
      // A map's keys are the examples of the map, and each has a section of its own.
      const bare = rows.filter(({ example, type }) => example === undefined && !type.includes('map'))
      expect(bare.map((row) => row.name)).to.deep.equal([])
    })
})
