import type { JSX } from 'preact'
import type { Mark, Shown } from './states.ts'
import { ageOf, untilThen } from './store.ts'
import { durationWords, momentWords } from './words.ts'

/** Drawn in a square of 16, each with an outline of its own, so that none needs its colour. */
export const MARK_PATHS: Readonly<Record<Mark, string>> = {
  good: 'M3 8.5l3.4 3.4L13 4.8',
  work: 'M13.2 8A5.2 5.2 0 1 1 8 2.8M8 .6v4.4l2.6-2.2z',
  bad: 'M3.5 3.5l9 9M12.5 3.5l-9 9',
  rest: 'M5 3v10M11 3v10',
  doubt: 'M5 5.6a3 3 0 1 1 4.4 2.6c-1 .6-1.4 1-1.4 2M8 13.2v.2',
  none: 'M8 3a5 5 0 1 1 0 10a5 5 0 1 1 0-10',
  warn: 'M8 2.5v7M8 13v.2',
}

/** The symbol alone; a word stands beside it. */
export const Symbol = ({ mark }: { readonly mark: Mark }): JSX.Element => (
  <svg class={`mark ${mark}`} viewBox="0 0 16 16" aria-hidden="true" focusable="false">
    <path d={MARK_PATHS[mark]} />
  </svg>
)

/** Symbol and word. */
export const State = ({ shown, big }: { readonly shown: Shown; readonly big?: boolean }): JSX.Element => (
  <span class={`state ${shown.mark}${big === true ? ' big' : ''}`}>
    <Symbol mark={shown.mark} />
    {shown.word}
  </span>
)

/** How long something has been so; the moment itself for who points at it. */
export const Since = ({ at, before = 'for' }: { readonly at: string; readonly before?: string }): JSX.Element => (
  <time dateTime={at} title={momentWords(at)}>
    {before} {durationWords(ageOf(at))}
  </time>
)

/** How long ago something was. */
export const Ago = ({ at }: { readonly at: string }): JSX.Element => (
  <time dateTime={at} title={momentWords(at)}>
    {durationWords(ageOf(at))} ago
  </time>
)

/** How long until something is. */
export const In = ({ at }: { readonly at: string }): JSX.Element => {
  const left = untilThen(at)
  return (
    <time dateTime={at} title={momentWords(at)}>
      {left <= 0 ? 'now' : `in ${durationWords(left)}`}
    </time>
  )
}
