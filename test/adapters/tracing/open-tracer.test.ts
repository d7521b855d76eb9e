import { expect } from 'chai'
import { passIdNow } from '../../../adapters/pass-id.ts'
import { openTracer, tracesUrlOf } from '../../../adapters/tracing/open-tracer.ts'
import { quiet } from '../../builders/quiet.ts'

describe('where traces go', () => {
  const rows: readonly (readonly [string, string | undefined, NodeJS.ProcessEnv, string | undefined])[] = [
    ['nowhere unless somebody says so', undefined, {}, undefined],
    ['where the configuration says', 'http://c:4318', {}, 'http://c:4318/v1/traces'],
    ['below a path as well', 'http://c/otlp/', {}, 'http://c/otlp/v1/traces'],
    ['where the variable says', undefined, { OTEL_EXPORTER_OTLP_ENDPOINT: 'http://v:4318' }, 'http://v:4318/v1/traces'],
    [
      'first where the configuration says',
      'http://c',
      { OTEL_EXPORTER_OTLP_ENDPOINT: 'http://v' },
      'http://c/v1/traces',
    ],
    [
      'to exactly what the variable for traces says',
      undefined,
      { OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: 'http://t/in', OTEL_EXPORTER_OTLP_ENDPOINT: 'http://v' },
      'http://t/in',
    ],
    ['nowhere while the SDK is disabled', 'http://c:4318', { OTEL_SDK_DISABLED: 'true' }, undefined],
    ['nowhere by an empty variable', undefined, { OTEL_EXPORTER_OTLP_ENDPOINT: '' }, undefined],
  ]
  for (const [situation, endpoint, environment, url] of rows)
    it(`is ${situation}`, () => expect(tracesUrlOf({ endpoint, environment })).to.equal(url))
})

describe('a pass', () => {
  it('has an id that all know that it begins, also where nothing is traced', async () => {
    const tracer = await openTracer({ endpoint: undefined, environment: {}, version: '', logger: quiet })
    const known: (string | undefined)[] = []
    const pass = (): Promise<string> =>
      tracer.pass(
        'JD',
        async (passId) => {
          known.push(passId, passIdNow())
          await tracer.part('plan', {}, () => Promise.resolve())
          known.push(passIdNow())
          return passId
        },
        () => 'settled',
      )
    const [one, other] = await Promise.all([pass(), pass()])
    expect(one)
      .to.match(/^[0-9a-f]{32}$/)
      .and.not.to.equal(other)
    expect(known.filter((each) => each === one)).to.have.length(3)
    expect(passIdNow()).to.equal(undefined)
  })
})
