import { chmodSync, mkdtempSync, readdirSync, readFileSync, statSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect } from 'chai'
import { hostSystem } from '../../../adapters/host/host-system.ts'
import { HostError } from '../../../model/host-ports.ts'

describe("the host's files", () => {
  let folder: string
  let file: string
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'host-'))
    file = join(folder, 'interfaces')
    writeFileSync(file, 'a\u00e9\n', 'latin1')
    chmodSync(file, 0o640)
  })

  it('are replaced byte for byte, with their mode, through a link, and nothing is left beside them', async () => {
    const link = join(folder, 'link')
    symlinkSync(file, link)
    expect(await hostSystem.readFile(link)).to.equal('a\u00e9\n')
    await hostSystem.replaceFile(link, 'a\u00e9\n', 'b\u00ff\n')
    expect(readFileSync(file)).to.deep.equal(Buffer.from([0x62, 0xff, 0x0a]))
    expect(statSync(file).mode & 0o777).to.equal(0o640)
    expect(await hostSystem.list(folder)).to.deep.equal(['interfaces', 'link'])
  })

  it('are left as they are when somebody has changed them meanwhile', async () => {
    const refused = await hostSystem.replaceFile(file, 'older\n', 'new\n').catch((error: unknown) => error)
    expect(refused).to.be.instanceOf(HostError)
    expect(String(refused)).to.include('somebody has changed it meanwhile')
    expect(readFileSync(file, 'latin1')).to.equal('a\u00e9\n')
    expect(readdirSync(folder)).to.deep.equal(['interfaces'])
  })

  it('that are as they should be already are not written', async () => {
    const { mtimeNs } = statSync(file, { bigint: true })
    await hostSystem.replaceFile(file, 'older\n', 'a\u00e9\n')
    expect(statSync(file, { bigint: true }).mtimeNs).to.equal(mtimeNs)
  })

  it('that are not there are none, and so is a folder', async () => {
    expect(await hostSystem.readFile(join(folder, 'gone'))).to.equal(undefined)
    expect(await hostSystem.list(join(folder, 'gone'))).to.deep.equal([])
  })
})
