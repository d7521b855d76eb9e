import { readFile, writeFile } from 'node:fs/promises'
import { expect } from 'chai'
import { startHere } from './command-line.ts'
import { openSite, type Site } from './site.ts'

describe('a running controller whose configuration changes', function () {
  this.timeout(60_000)
  let site: Site
  before(async () => {
    site = await openSite({})
  })
  after(() => site.close())

  it('takes it into use, answers SIGHUP, and keeps the old one when the new one is wrong', async () => {
    const running = startHere(['run', '--config', site.config], { log: 'on standard error' })
    const http = /"http":"([^"]+)"/.exec(await running.nextLine(/"msg":"started"/))?.[1] ?? ''
    const metric = async (name: string): Promise<string | undefined> => {
      const page = await (await fetch(`http://${http}/metrics`)).text()
      return new RegExp(`^${name} (.*)$`, 'm').exec(page)?.[1]
    }
    expect(await metric('lanista_config_last_reload_successful')).to.equal('1')

    running.hangUp()
    await running.nextLine(/configuration: read again, nothing new/)

    const good = await readFile(site.config, 'utf8')
    await writeFile(site.config, `${good}reserved_range_numbers: [9]\n`)
    expect(await running.nextLine(/configuration: taken into use/)).to.contain('"keys":["reserved_range_numbers"]')

    await writeFile(site.config, `${good}sdn_zon: other\n`)
    expect(await running.nextLine(/configuration: the new version is refused/)).to.contain('did you mean sdn_zone?')
    expect(await metric('lanista_config_last_reload_successful')).to.equal('0')
    const since = Number(await metric('lanista_config_last_reload_success_timestamp_seconds'))
    expect(since).to.be.greaterThan(0)

    await writeFile(site.config, good.replace('state_dir: state', 'state_dir: elsewhere'))
    expect(await running.nextLine(/needs a restart/)).to.contain('"keys":["lanista.state_dir"]')
    expect(await running.nextLine(/configuration: taken into use/)).to.contain('"keys":["reserved_range_numbers"]')
    expect(await metric('lanista_config_last_reload_successful')).to.equal('1')

    running.stop()
    expect(await running.ended).to.include({ status: 0 })
  })
})
