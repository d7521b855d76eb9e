import { startVirtualTime } from '../builders/virtual-time.ts'
import { type Lab, type LabOptions, openLab } from './lab.ts'
import { idsOf, madeWorld } from './made-world.ts'

/**
 * Opens a lab in which the ranges of some files are there and Ready, as a controller that ran before has left them. What it
 * asked for is in no journal, and it is not running any more: the lab's controller finds what it has made.
 *
 * @param files by name, such as `JD.yml`
 * @param options whatever says nothing of how the ranges are made
 */
export async function openReadyLab(
  files: Readonly<Record<string, string>>,
  options: Omit<LabOptions, 'world' | 'files'> = {},
): Promise<Lab> {
  const backToRealTime = startVirtualTime()
  const lab = await openLab({ ...options, world: await madeWorld(files), files })
  await lab.until(() => lab.ready(...idsOf(files)))
  return {
    ...lab,
    close: async () => {
      await lab.close()
      backToRealTime()
    },
  }
}
