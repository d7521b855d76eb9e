import type { ProxmoxErrorKind } from './proxmox-error.ts'
import type { RangeFiles } from './ports.ts'
import type { ServerConfig } from './server-config.ts'
import type { ClusterSnapshot } from './snapshot.ts'

/** What came of one look: something, or why nothing did. One that fails or hangs hides no other. */
export type Told<T> =
  | { readonly kind: 'told'; readonly value: T }
  | { readonly kind: 'untold'; readonly why: string; readonly error: ProxmoxErrorKind | 'other' }

/** A folder of this machine. */
export interface FolderLook {
  readonly path: string
  readonly exists: boolean
  /** Why nothing can be written there, or made where it is to be; undefined when it can. */
  readonly unwritable: string | undefined
  /** Every user of the machine may write there. */
  readonly openToAll: boolean
}

/** What is free where a folder is, or is to be. */
export interface DiskLook {
  readonly freeBytes: number
  /** Undefined where the file system has no limit of them. */
  readonly freeFiles: number | undefined
}

/** Whether an address can be listened on. */
export type PortLook =
  | { readonly kind: 'free' }
  /** By a Lanista of this state directory. */
  | { readonly kind: 'own' }
  | { readonly kind: 'unusable'; readonly why: string }

/** Where the API token is read from. Nothing of the token itself. */
export interface TokenLook {
  readonly source: string | undefined
  readonly problem: string | undefined
  /** Mode of the file that it is in, where it is in one. */
  readonly mode: number | undefined
}

/** How the certificates of the API are trusted. */
export type TrustKind = 'system' | 'ca' | 'fingerprint' | 'insecure'

/** The certificate that a host shows to whoever asks. */
export interface CertificateLook {
  /** SHA-256, with colons. */
  readonly fingerprint: string
  /** Epoch milliseconds. */
  readonly validFrom: number
  readonly validTo: number
  readonly subject: string
}

/** What an API host answers to who has the token. */
export interface HostLook {
  readonly release: string
}

/** Proxmox, asked for one thing at a time; each may be refused. Nothing is written, and nothing is asked twice. */
export interface ProxmoxLooks {
  /** `user@realm!name` */
  readonly tokenId: string
  /** URLs, without what is no part of an origin. */
  readonly hosts: readonly string[]
  readonly trust: TrustKind
  certificate(host: string, signal: AbortSignal): Promise<CertificateLook>
  host(host: string, signal: AbortSignal): Promise<HostLook>
  /** The cluster, asked through these hosts alone. */
  through(hosts: readonly string[]): ClusterLooks
  close(): void
}

export interface ClusterLooks {
  /** Path -> privilege -> whether it holds below: the token's own. */
  permissions(signal: AbortSignal): Promise<Readonly<Record<string, Readonly<Record<string, boolean>>>>>
  status(signal: AbortSignal): Promise<{ readonly quorate: boolean; readonly nodes: readonly NodeStatus[] }>
  nodeVersion(node: string, signal: AbortSignal): Promise<{ readonly version: string }>
  /** Epoch milliseconds by its clock, in whole seconds. */
  nodeTime(node: string, signal: AbortSignal): Promise<number>
  /** How a right is given without taking anything away: the end of a sentence. */
  grant(path: string, rights: readonly string[], signal: AbortSignal): Promise<string>
  snapshot(signal: AbortSignal): Promise<ClusterSnapshot>
}

export interface NodeStatus {
  readonly name: string
  readonly online: boolean
}

/** Everything `lanista doctor` looks at. Each of these may throw or hang. */
export interface DoctorLooks {
  readonly node: string
  readonly lanista: string
  token(config: ServerConfig): Promise<TokenLook>
  folder(path: string): Promise<FolderLook>
  disk(path: string): Promise<DiskLook>
  port(config: ServerConfig): Promise<PortLook>
  /** Throws why the installed git does not serve. */
  git(signal: AbortSignal): Promise<void>
  /** Range files of the folder, or of the newest commit of the branch; says which commit. Nothing is left behind. */
  files(config: ServerConfig, signal: AbortSignal): Promise<{ readonly files: RangeFiles; readonly where: string }>
  /** Throws `UserError` when token or CA can't be read. @param limit milliseconds for each request */
  proxmox(config: ServerConfig, limit: number): Promise<ProxmoxLooks>
}
