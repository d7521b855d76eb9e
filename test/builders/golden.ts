import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname, resolve } from 'node:path'
import { expect } from 'chai'

/** The sources' own folder: what is compiled has no texts beside it. */
const FOLDER = resolve('test/golden')
const isUpdating = (process.env['LANISTA_TEST_UPDATE_GOLDEN'] ?? '') !== ''

/**
 * Holds a text against the one that is kept under a name. With `LANISTA_TEST_UPDATE_GOLDEN=1` it is kept in its place, to be looked at
 * in the diff.
 */
export function expectGolden(name: string, text: string): void {
  const file = resolve(FOLDER, name)
  if (isUpdating) {
    mkdirSync(dirname(file), { recursive: true })
    writeFileSync(file, text)
    return
  }
  expect(existsSync(file), `${file} is not there: LANISTA_TEST_UPDATE_GOLDEN=1 keeps it`).to.equal(true)
  expect(text, `${name}; LANISTA_TEST_UPDATE_GOLDEN=1 keeps the new one, if it is meant`).to.equal(
    readFileSync(file, 'utf8'),
  )
}
