import { signal } from '@preact/signals'
import type { Steered, Steering } from '../../model/api/steering.ts'
import { problemDetail } from './feed-stream.ts'

const KEPT = 'lanista-token'

/** The token that this tab's person has entered: it is kept until the tab is closed, and is never part of an address. */
export const token = signal<string | undefined>(sessionStorage.getItem(KEPT) ?? undefined)

token.subscribe((entered) => {
  if (entered === undefined) sessionStorage.removeItem(KEPT)
  else sessionStorage.setItem(KEPT, entered)
})

/** What came of asking: an answer, or why there is none. */
export interface Answer {
  readonly isGood: boolean
  readonly message: string
}

/** Asks Lanista to do something, in the name of the token. Never throws. */
export async function steer(asked: Steering): Promise<Answer> {
  try {
    const response = await fetch('/api/v1/steer', {
      method: 'POST',
      headers: { 'Content-Type': 'application/json', Authorization: `Bearer ${token.value ?? ''}` },
      body: JSON.stringify(asked),
    })
    const text = await response.text()
    if (response.status === 401) token.value = undefined
    if (!response.ok)
      return { isGood: false, message: problemDetail(text) ?? `Lanista refuses, with status ${response.status}` }
    // Of the server that this page is of, and shown as text alone.
    // oxlint-disable-next-line typescript/no-unsafe-type-assertion
    const { done, message } = JSON.parse(text) as Steered
    return { isGood: done, message }
  } catch {
    return {
      isGood: false,
      message: 'Lanista can not be reached; nothing is known of what became of it: look, and ask again',
    }
  }
}
