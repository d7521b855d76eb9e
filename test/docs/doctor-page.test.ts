import { readFile } from 'node:fs/promises'
import { expect } from 'chai'
import { DOCTOR_CODES } from '../../model/doctor-report.ts'

describe('docs/reference/doctor.md', () => {
  it('explains each code of lanista doctor, under a heading of its own, and no other', async () => {
    const page = await readFile('docs/reference/doctor.md', 'utf8')
    const headings = [...page.matchAll(/^## `(.*)`$/gm)].map(([, code]) => code)
    expect(headings).to.have.members([...DOCTOR_CODES])
    expect([...page.matchAll(/^## /gm)]).to.have.length(DOCTOR_CODES.length)
    for (const part of page.split(/^## .*$/m).slice(1)) expect(part.trim()).to.match(/\S.*\./s)
  })
})
