import type { Logger } from '../../model/ports.ts'
import type { Tracer } from '../../model/tracer.ts'
import { untraced } from './untraced.ts'

/** Where traces go, as the configuration and OpenTelemetry's own variables say. */
export interface TracingSettings {
  /** `lanista.tracing.endpoint`; undefined where it is not set. */
  readonly endpoint: string | undefined
  readonly environment: NodeJS.ProcessEnv
  readonly version: string
  readonly logger: Logger
}

/** Where spans are posted to; undefined: nothing is traced. By OpenTelemetry's specification of its variables. */
export function tracesUrlOf({
  endpoint,
  environment,
}: Pick<TracingSettings, 'endpoint' | 'environment'>): string | undefined {
  if (environment['OTEL_SDK_DISABLED']?.toLowerCase() === 'true') return undefined
  const whole = environment['OTEL_EXPORTER_OTLP_TRACES_ENDPOINT']
  const base = endpoint ?? (whole ? undefined : environment['OTEL_EXPORTER_OTLP_ENDPOINT'])
  if (base !== undefined && base !== '') return `${base.replace(/\/+$/, '')}/v1/traces`
  return whole === undefined || whole === '' ? undefined : whole
}

/** Traces by OpenTelemetry where it is asked for; its packages are loaded then alone, as that takes a third of a second. */
export async function openTracer(settings: TracingSettings): Promise<Tracer> {
  const url = tracesUrlOf(settings)
  if (url === undefined) return untraced
  const { otelTracer } = await import('./otel-tracer.ts')
  return otelTracer(url, settings)
}
