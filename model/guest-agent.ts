/** A network interface as the system inside a VM has it. */
export interface AgentInterface {
  /** Such as `eth0`. */
  readonly name: string
  /** In lower case. */
  readonly mac: string
  /** Of IPv4, and not those that it gives itself. */
  readonly addresses: readonly string[]
}

/** What came of asking. */
type AgentAnswer =
  | { readonly kind: 'answered'; readonly interfaces: readonly AgentInterface[] }
  /** It is not there, does not run, or takes too long; all of that is usual. */
  | { readonly kind: 'silent' }
  /** The token may not ask. `why`: a sentence with its remedy. */
  | { readonly kind: 'forbidden'; readonly why: string }

/** Asks guest agents. None of them tells whether a link is up: what shows it are the addresses that need one. */
export interface GuestAgents {
  /** Waits for a moment and no more. Throws nothing but the signal's reason, and `unauthorized`. */
  interfaces(node: string, vmid: number, signal: AbortSignal): Promise<AgentAnswer>
}
