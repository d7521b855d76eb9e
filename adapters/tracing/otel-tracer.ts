import { AsyncLocalStorage } from 'node:async_hooks'
import { setTimeout as delay } from 'node:timers/promises'
import { type Context, ROOT_CONTEXT, SpanKind, SpanStatusCode, trace } from '@opentelemetry/api'
import { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-http'
import { resourceFromAttributes } from '@opentelemetry/resources'
import { BasicTracerProvider, BatchSpanProcessor, type SpanExporter } from '@opentelemetry/sdk-trace-base'
import type { Logger } from '../../model/ports.ts'
import { shownUrl } from '../../model/shown-url.ts'
import type { Tracer } from '../../model/tracer.ts'
import { withinPass } from '../pass-id.ts'

/** A collector that does not answer is waited for no longer, at the end of all. In milliseconds. */
const LAST_CHANCE_MS = 2000
const EXPORT_TIMEOUT_MS = 10_000

interface About {
  readonly environment: NodeJS.ProcessEnv
  readonly version: string
  readonly logger: Logger
}

/** Traces by OpenTelemetry, in batches by OTLP over HTTP. Nothing is registered globally: what is traced now is kept here. */
export function otelTracer(url: string, { environment, version, logger }: About): Tracer {
  const provider = new BasicTracerProvider({
    resource: resourceFromAttributes({
      'service.name': environment['OTEL_SERVICE_NAME'] || 'lanista',
      'service.version': version,
    }),
    spanProcessors: [
      new BatchSpanProcessor(
        toldOf(new OTLPTraceExporter({ url, timeoutMillis: EXPORT_TIMEOUT_MS }), shownUrl(url), logger),
      ),
    ],
  })
  const tracer = provider.getTracer('lanista', version)
  const contexts = new AsyncLocalStorage<Context>()
  const now = (): Context => contexts.getStore() ?? ROOT_CONTEXT
  return {
    pass: (rangeId, work, resultOf) => {
      const span = tracer.startSpan('pass', { root: true, attributes: { 'lanista.range': rangeId } }, ROOT_CONTEXT)
      const { traceId } = span.spanContext()
      return withinPass(traceId, () =>
        contexts.run(trace.setSpan(ROOT_CONTEXT, span), async () => {
          try {
            const value = await work(traceId)
            span.setAttribute('lanista.result', resultOf(value))
            return value
          } catch (error) {
            span.setStatus({ code: SpanStatusCode.ERROR })
            throw error
          } finally {
            span.end()
          }
        }),
      )
    },
    part: (name, attributes, work) => {
      const span = tracer.startSpan(name, { attributes }, now())
      return contexts.run(trace.setSpan(now(), span), async () => {
        try {
          return await work()
        } catch (error) {
          span.setStatus({ code: SpanStatusCode.ERROR })
          throw error
        } finally {
          span.end()
        }
      })
    },
    ended: (name, attributes, seconds, failure) => {
      const end = Date.now()
      const span = tracer.startSpan(name, { kind: SpanKind.CLIENT, startTime: end - seconds * 1000, attributes }, now())
      if (failure !== undefined) {
        span.setAttribute('error.type', failure)
        span.setStatus({ code: SpanStatusCode.ERROR })
      }
      span.end(end)
    },
    close: async () => {
      const done = new AbortController()
      const shut = provider.shutdown().catch(() => undefined)
      await Promise.race([shut, delay(LAST_CHANCE_MS, undefined, { signal: done.signal }).catch(() => undefined)])
      done.abort()
    },
  }
}

/** An exporter whose first failure in a row is told, and when it works again. What can't be sent is lost, and nothing else is. */
function toldOf(exporter: OTLPTraceExporter, where: string, logger: Logger): SpanExporter {
  let isFailing = false
  return {
    export: (spans, onResult) =>
      exporter.export(spans, (result) => {
        const fails = result.error !== undefined
        if (fails && !isFailing)
          logger.warn(
            'traces: they could not be sent, and are lost until they can; start the collector, or take lanista.tracing.endpoint away',
            { endpoint: where, error: result.error?.message },
          )
        if (!fails && isFailing) logger.info('traces: they are sent again', { endpoint: where })
        isFailing = fails
        onResult(result)
      }),
    shutdown: () => exporter.shutdown(),
    forceFlush: () => exporter.forceFlush(),
  }
}
