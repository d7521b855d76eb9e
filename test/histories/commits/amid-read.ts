import type { RangeSource } from '../../../adapters/range-files/range-source.ts'

/** Whether the next commit is to come in force while a file is read. */
export interface AmidRead {
  isDue: boolean
}

/** Range files of which one is being read while another commit comes in force. @param poll takes up the newest commit */
export const metAmidRead = (
  source: RangeSource,
  amidRead: AmidRead,
  isNewer: () => boolean,
  poll: () => Promise<unknown>,
): RangeSource => ({
  watch: (onChange, signal) => source.watch(onChange, signal),
  view: async () => {
    const view = await source.view()
    return {
      ...view,
      read: async (path, seen) => {
        const read = await view.read(path, seen)
        if (amidRead.isDue && isNewer()) {
          amidRead.isDue = false
          await poll()
        }
        return read
      },
    }
  },
})
