/** Loaded by mocha before any test, in each of its processes. */
import fc from 'fast-check'
import { isLong } from './long-runs.ts'

// In the short run the same few cases each time; the long one tries others, and says with which seed one failed.
if (!isLong) fc.configureGlobal({ seed: 1, numRuns: 40 })

// A process whose parent was killed ends too. Its workers do so by themselves, and live by their channel.
if (process.env['MOCHA_WORKER_ID'] === undefined) {
  process.once('disconnect', () => process.exit(1))
  process.channel?.unref()
}
