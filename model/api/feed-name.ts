import type { AnyView } from './feed-change.ts'

/** What a thing is called among those of its kind in the feed: a later `is`, or `gone`, of that name is about the same one. */
export function feedNameOf(view: AnyView): string {
  switch (view.kind) {
    case 'Controller':
      return 'lanista'
    case 'Event':
      return String(view.id)
    case 'Template':
      return String(view.vmid)
    case 'Network':
      // Each node has bridges of its own.
      return view.type === 'bridge' ? `${view.name}@${view.nodes[0]?.node ?? ''}` : view.name
    case 'Node':
    case 'Range':
      return view.name
  }
}
