import { appendFile, readFile, rename, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { type EventView, eventView } from '../../model/api/event-view.ts'
import type { EventStore } from '../../model/event-store.ts'
import { errorCode } from '../error-code.ts'
import { makeFolder } from './make-folder.ts'

const NAME = 'events.jsonl'

/**
 * Events as lines of JSON, `<stateDir>/events.jsonl`: a line is added for each one, and for each time that it is counted; the last line
 * of an id counts. A line that a crash has cut off is passed over.
 */
export function eventFile(stateDir: string): EventStore {
  const path = join(stateDir, NAME)
  const beside = join(stateDir, `.${NAME}.${process.pid}.tmp`)
  /** What is appended to a line without its end would be lost with it. */
  let mayBeCut = true
  return {
    read: async () => {
      const text = await readFile(path, 'utf8').catch((error: unknown) =>
        errorCode(error) === 'ENOENT' ? '' : undefined,
      )
      // Numbers of what is in there would be given once more.
      if (text === undefined) return { events: [], lines: Number.POSITIVE_INFINITY }
      mayBeCut = text !== '' && !text.endsWith('\n')
      const events = new Map<number, EventView>()
      const lines = text.split('\n')
      for (const line of lines) {
        const event = eventOf(line)
        if (event !== undefined) events.set(event.id, event)
      }
      return { events: [...events.values()].sort((a, b) => a.id - b.id), lines: lines.length - 1 }
    },
    append: async (events) => {
      if (events.length === 0) return
      await makeFolder(stateDir)
      const text = `${mayBeCut ? '\n' : ''}${linesOf(events)}`
      // A full disk may take a part of it.
      mayBeCut = true
      await appendFile(path, text, { mode: 0o640 })
      mayBeCut = false
    },
    replace: async (events) => {
      await makeFolder(stateDir)
      try {
        await writeFile(beside, linesOf(events), { mode: 0o640 })
        await rename(beside, path)
        mayBeCut = false
      } catch (error) {
        await rm(beside, { force: true })
        throw error
      }
    },
  }
}

const linesOf = (events: readonly EventView[]): string => events.map((each) => `${JSON.stringify(each)}\n`).join('')

function eventOf(line: string): EventView | undefined {
  if (line === '') return undefined
  try {
    return eventView.safeParse(JSON.parse(line)).data
  } catch {
    return undefined
  }
}
