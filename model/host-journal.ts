import type { DeviceSeen, TableRoute } from './host-seen.ts'
import type { FileChange, HostStep, HostTarget } from './host-migration.ts'

/**
 * How far a move of the host has come.
 *
 * - `changing`: steps are being done
 * - `waiting`: all are done; it is put back unless a person confirms it in time
 * - `confirmed`: it stays
 * - `reverting`: it is being put back
 * - `reverted`: everything is as it was, but for what `left` tells
 */
export type HostPhase = 'changing' | 'waiting' | 'confirmed' | 'reverting' | 'reverted'

/** All that it takes to go on with a move of the host, or to put it back, whoever did it and however that one ended. */
export interface HostJournal {
  readonly phase: HostPhase
  readonly target: HostTarget
  readonly files: readonly FileChange[]
  readonly steps: readonly HostStep[]
  /** So many of the steps are done and were found to hold; the one after these may have been begun. */
  readonly done: number
  readonly before: HostBefore
  /** What has happened, in sentences, for who looks on. */
  readonly told: readonly string[]
  /** What could not be put back, each with its remedy. */
  readonly left: readonly string[]
}

/** What of the host's network no file tells, as it was before the first change. */
export interface HostBefore {
  /** Whether the NAT bridge had the host's address. */
  readonly hadAddress: boolean
  /** Whether the NAT VNet's device had it already. */
  readonly deviceHadAddress: boolean
  /** How often the rule that masquerades the NAT network was there. */
  readonly masquerades: number
  /** The routes by the NAT bridge, without the kernel's own. */
  readonly routes: readonly TableRoute[]
  /** The ports of the NAT bridge. */
  readonly ports: readonly DeviceSeen[]
}

/** Where the journal is kept. Only root may write there: what is read from it is put into files that root acts on. */
export interface HostJournalStore {
  /** Makes the place where it is kept, for root alone, unless it is there. Throws when it is somebody else's. */
  prepare(): Promise<void>
  /** Undefined when there is none. Throws when it can't be read, or others than root may have written it. */
  read(): Promise<HostJournal | undefined>
  /** Begins a journal in place of one that is over: copies of all files are on disk before it counts as written. */
  begin(journal: HostJournal): Promise<void>
  /** Writes how far it has come. It is on disk when this resolves. */
  update(journal: HostJournal): Promise<void>
  /** Leaves a person's word for who does the work. */
  answer(word: HostAnswer): Promise<void>
  answered(): Promise<HostAnswer | undefined>
  forgetAnswer(): Promise<void>
  /** Where it is, for messages. */
  readonly folder: string
}

/** What a person says to a move that is under way: that it stays, or that it is put back now. */
export type HostAnswer = 'confirm' | 'rollback'
