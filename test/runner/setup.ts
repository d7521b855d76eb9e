/** Loaded by mocha before any test, in each of its processes. */
import fc from 'fast-check'
import { isLong, longSeed } from './long-runs.ts'
import { shareTlsContexts } from './tls-contexts.ts'

shareTlsContexts()

// In the short run the same few cases each time; the long one tries others where it is not told which, and says with which
// seed one failed.
if (!isLong) fc.configureGlobal({ seed: 1, numRuns: 40 })
else if (longSeed !== undefined) fc.configureGlobal({ seed: longSeed })

// Mocha ends with whoever runs it (main.ts), and takes its workers and what their tests have started with it.
if (process.env['MOCHA_WORKER_ID'] === undefined) {
  process.once('disconnect', () => process.kill(-process.pid, 'SIGKILL'))
  process.channel?.unref()
}
