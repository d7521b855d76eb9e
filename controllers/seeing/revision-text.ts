import { shortId } from '../../model/commit-snapshot.ts'

interface Revision {
  readonly digest: string
  readonly commit?: { readonly id: string } | undefined
}

/** A content of a range's file in a word: its commit, or the beginning of what stands for the text. */
export const revisionText = (revision: Revision | undefined): string | undefined =>
  revision === undefined ? undefined : ((revision.commit && shortId(revision.commit.id)) ?? revision.digest.slice(0, 8))
