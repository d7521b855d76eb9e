/** What cluster is simulated, and how. */
export interface SimulateOptions {
  readonly clusterFile: string | undefined
  /** `ADDRESS:PORT` of the first node; the others take the ports after it. Port 0 means any. */
  readonly listen: string | undefined
  /** `demo`: quick, so that a person can watch; `real`: as a real cluster takes. */
  readonly pace: 'demo' | 'real'
}

/** A simulated cluster that runs. */
export interface SimulatedCluster {
  readonly url: string
  /** Node name -> API URL. */
  readonly nodes: Readonly<Record<string, string>>
  /** API token of a user with just the rights that Lanista needs. */
  readonly token: string
  /** SHA-256 of the certificate. */
  readonly fingerprint: string
  close(): Promise<void>
}
