/** What is told of a span. No secret is ever among it, and nothing that people have written. */
type SpanAttributes = Readonly<Record<string, string | number | boolean>>

/**
 * Tells where time goes, for who collects traces. What is done within a pass, however late, belongs to its trace. Nobody waits for it,
 * and nothing fails for it.
 */
export interface Tracer {
  /**
   * Does a pass, which begins a trace.
   *
   * @param work is handed what the pass is called in metrics, in the log and in traces
   * @param resultOf how it ended, in one word
   */
  pass<T>(rangeId: string, work: (passId: string) => Promise<T>, resultOf: (value: T) => string): Promise<T>
  /** Does a part of what is traced just now. */
  part<T>(name: string, attributes: SpanAttributes, work: () => Promise<T>): Promise<T>
  /** Something has ended just now that took so long. `failure`: one word for what went wrong. */
  ended(name: string, attributes: SpanAttributes, seconds: number, failure: string | undefined): void
  /** Sends what is not sent yet, for a moment at most. Never rejects. */
  close(): Promise<void>
}
