import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { readFile, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { createInterface } from 'node:readline'
import { expect } from 'chai'
import { openSite, type Site } from './site.ts'

/** A running controller whose log the test reads line by line. */
function start(config: string) {
  const child = spawn(process.execPath, [path.resolve('dist/controllers/main.js'), 'run', '--config', config], {
    stdio: ['ignore', 'ignore', 'pipe'],
  })
  const lines = createInterface({ input: child.stderr })[Symbol.asyncIterator]()
  return {
    child,
    ended: once(child, 'exit'),
    /** The next log line that fits; throws when the process ends without one. */
    logs: async (pattern: RegExp): Promise<string> => {
      for (;;) {
        const { value, done }: IteratorResult<string, unknown> = await lines.next()
        if (done === true) throw new Error(`ended without saying ${pattern}`)
        if (pattern.test(value)) return value
      }
    },
  }
}

describe('a running controller whose configuration changes', function () {
  this.timeout(60_000)
  let site: Site
  before(async () => {
    site = await openSite({})
  })
  after(() => site.close())

  it('takes it into use, answers SIGHUP, and keeps the old one when the new one is wrong', async () => {
    const { child, ended, logs } = start(site.config)
    const http = /"http":"([^"]+)"/.exec(await logs(/"msg":"started"/))?.[1] ?? ''
    const metric = async (name: string): Promise<string | undefined> => {
      const page = await (await fetch(`http://${http}/metrics`)).text()
      return new RegExp(`^${name} (.*)$`, 'm').exec(page)?.[1]
    }
    expect(await metric('lanista_config_last_reload_successful')).to.equal('1')

    child.kill('SIGHUP')
    await logs(/configuration: read again, nothing new/)

    const good = await readFile(site.config, 'utf8')
    await writeFile(site.config, `${good}sdn_zone: other\n`)
    expect(await logs(/configuration: taken into use/)).to.contain('"keys":["sdn_zone"]')

    await writeFile(site.config, `${good}sdn_zon: other\n`)
    expect(await logs(/configuration: the new version is refused/)).to.contain('did you mean sdn_zone?')
    expect(await metric('lanista_config_last_reload_successful')).to.equal('0')
    const since = Number(await metric('lanista_config_last_reload_success_timestamp_seconds'))
    expect(since).to.be.greaterThan(0)

    await writeFile(site.config, good.replace('state_dir: state', 'state_dir: elsewhere'))
    expect(await logs(/needs a restart/)).to.contain('"keys":["lanista.state_dir"]')
    expect(await logs(/configuration: taken into use/)).to.contain('"keys":["sdn_zone"]')
    expect(await metric('lanista_config_last_reload_successful')).to.equal('1')

    child.kill('SIGTERM')
    expect(await ended).to.deep.equal([0, null])
  })
})
