import type { SignatureVerdict } from '../../model/git-ports.ts'
import type { ProgramEnd } from './run-program.ts'

/** What a signature came to. */
export type SignatureResult = SignatureVerdict['result']

/** Runs one of the programs that know signatures, in a folder that is there for that one signature. */
export type RunHere = (program: string, args: readonly string[], input?: Uint8Array) => Promise<ProgramEnd>
