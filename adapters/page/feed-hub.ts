import type { FeedChange } from '../../model/api/feed-change.ts'
import { feedNameOf } from '../../model/api/feed-name.ts'
import { type FeedStream, type Link, openFeed } from './feed-stream.ts'

/** What a tab hears of whoever holds the connection. */
export type ToTab = { readonly link: Link } | { readonly changes: readonly FeedChange[] }
/** What a tab says: that it is there, that it has taken in what it was sent, that it goes. */
export type FromTab = { readonly say: 'hello' | 'taken' | 'bye' | 'hurry'; readonly token?: string | undefined }

/** As much is handed to a tab at once: drawn within a frame. A range counts one and its VMs, a node a part of its VMs. */
const PORTION = 500

const weightOf = (change: FeedChange | undefined): number => {
  if (change?.type !== 'is') return 1
  if (change.view.kind === 'Range') return 4 + change.view.vms.length
  return change.view.kind === 'Node' ? 4 + change.view.vms.length / 4 : 2
}

/** A tab, as the hub sees it. */
interface Tab {
  readonly send: (message: ToTab) => void
  /** Keys of what it has not been sent yet, in order. */
  readonly pending: Set<string>
  isBusy: boolean
}

/** Holds the one connection to the controller for any number of tabs, and everything there is, for those that come later. */
export interface FeedHub {
  /** A tab that is there; returns what hears of what it says. */
  join(send: (message: ToTab) => void): (message: FromTab) => void
}

const RESET = 'reset'
const SYNCED = 'synced'

/**
 * Hands each tab what has changed in portions, the next when the last was taken in: a tab that is slow, or in the background, is
 * told of each thing once, as it is by then.
 *
 * @param open opens the connection, when the first tab comes
 */
export function feedHub(open: typeof openFeed = openFeed): FeedHub {
  const known = new Map<string, FeedChange>()
  const tabs = new Set<Tab>()
  let isSynced = false
  let link: Link = { state: 'connecting' }
  let stream: FeedStream | undefined

  const changed = (key: string): void => {
    for (const { pending } of tabs) {
      // Named again it comes later: after all there was before.
      if (key === SYNCED || key === RESET) pending.delete(key)
      pending.add(key)
    }
  }
  const take = (change: FeedChange): void => {
    if (change.type === 'reset') {
      known.clear()
      isSynced = false
      for (const { pending } of tabs) pending.clear()
      changed(RESET)
    } else if (change.type === 'synced') {
      isSynced = true
      changed(SYNCED)
    } else {
      const key =
        change.type === 'is' ? `${change.view.kind}/${feedNameOf(change.view)}` : `${change.kind}/${change.name}`
      known.set(key, change)
      changed(key)
    }
  }
  const feed = (tab: Tab): void => {
    if (tab.isBusy || tab.pending.size === 0) return
    const changes: FeedChange[] = []
    let weight = 0
    for (const key of tab.pending) {
      tab.pending.delete(key)
      const change: FeedChange | undefined = key === RESET || key === SYNCED ? { type: key } : known.get(key)
      if (change === undefined) continue
      changes.push(change)
      weight += weightOf(change)
      if (weight >= PORTION) break
    }
    tab.isBusy = true
    tab.send({ changes })
  }
  const forgetGone = (): void => {
    for (const [key, { type }] of known)
      if (type === 'gone' && ![...tabs].some(({ pending }) => pending.has(key))) known.delete(key)
  }
  const connect = (): FeedStream =>
    open({
      changes: (changes) => {
        for (const change of changes) take(change)
        for (const tab of tabs) feed(tab)
        forgetGone()
      },
      link: (next) => {
        link = next
        for (const { send } of tabs) send({ link })
      },
    })

  return {
    join: (send) => {
      const tab: Tab = { send, pending: new Set(), isBusy: false }
      return ({ say, token }) => {
        if (say === 'hello') {
          tabs.add(tab)
          tab.isBusy = false
          tab.pending.clear()
          for (const key of [RESET, ...known.keys(), ...(isSynced ? [SYNCED] : [])]) tab.pending.add(key)
          send({ link })
          stream ??= connect()
          if (token !== undefined) stream.useToken(token)
        } else if (say === 'taken') tab.isBusy = false
        else if (say === 'hurry') stream?.hurry()
        else tabs.delete(tab)
        if (tabs.has(tab)) feed(tab)
        if (tabs.size > 0 || stream === undefined) return
        // Nobody looks any more.
        stream.close()
        stream = undefined
      }
    },
  }
}
