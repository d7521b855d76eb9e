import { availableParallelism } from 'node:os'
import { Worker } from 'node:worker_threads'
import type { CheckedFile, FileChecker } from '../../model/checked-file.ts'
import { checkFile } from './check-file.ts'
import { locateFindings } from './locate-findings.ts'
import { type NamedFile, namedFiles } from './named-files.ts'

/** Checks range files of this machine: a few in this thread, many in a thread for each processor. */
export const fileChecker: FileChecker = {
  check: async (paths) => {
    const files = await namedFiles(paths)
    return files.length < WORTH_THREADS ? await checkHere(files) : await checkInThreads(files)
  },
  locate: locateFindings,
}

/** A thread takes about a quarter of a second until it has loaded the parsers: the time of some two hundred plain files. */
const WORTH_THREADS = 200
const MOST_THREADS = 8
const BATCH = 16

async function checkHere(files: readonly NamedFile[]): Promise<readonly CheckedFile[]> {
  const checked: CheckedFile[] = []
  for (const file of files) checked.push(await checkFile(file))
  return checked
}

/** Batches are taken by whichever thread is free; the order of the files is kept. */
async function checkInThreads(files: readonly NamedFile[]): Promise<readonly CheckedFile[]> {
  const batches = Array.from({ length: Math.ceil(files.length / BATCH) }, (_, index) => ({
    index,
    files: files.slice(index * BATCH, (index + 1) * BATCH),
  }))
  const checked = batches.map((): readonly CheckedFile[] => [])
  const waiting = batches.values()
  const threads = Math.min(MOST_THREADS, availableParallelism(), batches.length)
  await Promise.all(
    Array.from({ length: threads }, async () => {
      const worker = new Worker(new URL('check-worker.js', import.meta.url))
      try {
        for (const batch of waiting) checked[batch.index] = await ask(worker, batch.files)
      } finally {
        await worker.terminate()
      }
    }),
  )
  return checked.flat()
}

/** What a thread makes of a batch. Rejects when the thread dies of it. */
const ask = (worker: Worker, batch: readonly NamedFile[]): Promise<readonly CheckedFile[]> =>
  new Promise((resolve, reject) => {
    const died = (cause: unknown): void => reject(new Error('a thread that checks files has died', { cause }))
    worker.once('error', died)
    worker.once('message', (answer: readonly CheckedFile[]) => {
      worker.off('error', died)
      resolve(answer)
    })
    worker.postMessage(batch, [])
  })
