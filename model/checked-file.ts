import type { Diagnostic } from './diagnostic.ts'
import type { RangeSpec } from './range-spec.ts'

/** A range file after `lanista validate` has read it. */
export interface CheckedFile {
  /** The file as the user named it, or found in the folder that the user named; may hold any character. */
  readonly path: string
  /** The folder that is watched when this file is one of it: ids are unique in there. */
  readonly folder: string
  /** The range id its name stands for; undefined when it stands for none. */
  readonly rangeId: string | undefined
  readonly problems: readonly Diagnostic[]
  readonly warnings: readonly Diagnostic[]
  /** Undefined when there are problems. */
  readonly spec: RangeSpec | undefined
}

/** A problem at a place that is told by keys and indices, such as `['ludus', 0, 'target_node']`. */
export interface SpecFinding {
  /** A warning leaves the file valid. */
  readonly severity: 'problem' | 'warning'
  readonly path: readonly (string | number)[]
  readonly finding: string
  readonly remedy: string
}

/** Checks range files without Proxmox. */
export interface FileChecker {
  /**
   * Checks files, and all range files of folders. What is wrong with a path itself is a problem of the file it names.
   * In order of the paths, then of names; each file once.
   */
  check(paths: readonly string[]): Promise<readonly CheckedFile[]>
  /**
   * The checked file with further findings, at the lines and columns they stem from; what a file leaves out, such as
   * the router, at the nearest place that is there. Reads the file again.
   */
  locate(file: CheckedFile, findings: readonly SpecFinding[]): Promise<CheckedFile>
}
