import type { FinishPlan, NodeFinish } from '../../model/plan/finish-plan.ts'
import type { Paint } from './paint.ts'

/** How a move is brought to its end, for people: `-` is removed, `~` is changed, `!` stays, `#` is to be known. */
export function finishText({ nodes, stays, remarks }: FinishPlan, paint: Paint): readonly string[] {
  return [
    ...nodes.flatMap((node) => nodeLines(node, paint)),
    ...stays.map(({ message }) => paint('red', `! ${message}`)),
    ...remarks.map((text) => paint('yellow', `# ${text}`)),
  ]
}

function nodeLines({ node, remove, staged, unloaded, gone, takeBack }: NodeFinish, paint: Paint): readonly string[] {
  const reloads = !takeBack && remove.length + staged.length + unloaded.length > 0
  return [
    ...remove.map((bridge) => paint('red', `- bridge ${bridge} on node ${node}: nothing is on it any more`)),
    ...staged.map((bridge) =>
      takeBack
        ? paint('yellow', `~ bridge ${bridge} on node ${node}: its deletion, staged by an earlier run, is taken back`)
        : paint('red', `- bridge ${bridge} on node ${node}: its deletion is staged by an earlier run`),
    ),
    ...unloaded.map((bridge) =>
      paint(
        'red',
        `- bridge ${bridge} on node ${node}: gone from its file by an earlier run, perhaps not from the node`,
      ),
    ),
    ...gone.map((bridge) => paint('dim', `  bridge ${bridge} on node ${node}: gone since an earlier run`)),
    ...(reloads ? [paint('yellow', `~ node ${node}: its network is reloaded once`)] : []),
  ]
}
