import { signal } from '@preact/signals'
import type { JSX } from 'preact'
import { useLayoutEffect, useRef, useState } from 'preact/hooks'
import type { ControllerView } from '../../model/api/cluster-views.ts'
import type { Steering } from '../../model/api/steering.ts'
import { Symbol } from './marks.tsx'
import { Message } from './message.tsx'
import { ranges } from './store.ts'
import { type Answer, steer, token } from './token.ts'
import { count, shortId } from './words.ts'

/** What a person is being asked about. */
export type Asked =
  | { readonly what: 'token' }
  | { readonly what: 'reconcile'; readonly range: string | undefined }
  | { readonly what: 'suspend' | 'resume'; readonly range: string }
  | { readonly what: 'approve-ranges'; readonly waiting: Waiting }
  | { readonly what: 'approve-commit'; readonly commit: string; readonly why: string }

type Waiting = NonNullable<ControllerView['waiting']>

export const asking = signal<Asked | undefined>(undefined)

const close = (): void => void (asking.value = undefined)

/** Asks, says what will happen, and shows what Lanista answers. Escape, and Cancel, change nothing. */
export function ActionDialog({ asked }: { readonly asked: Asked }): JSX.Element {
  const element = useRef<HTMLDialogElement>(null)
  const opener = useRef(document.activeElement)
  // At once: the next key is for the question.
  useLayoutEffect(() => {
    element.current?.showModal()
    return () => {
      if (opener.current instanceof HTMLElement && opener.current.isConnected) opener.current.focus()
    }
  }, [])
  return (
    <dialog ref={element} aria-labelledby="asked" onClose={close}>
      {asked.what === 'token' ? <TokenForm /> : <ActionForm asked={asked} />}
    </dialog>
  )
}

function TokenForm(): JSX.Element {
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault()
        const entered = new FormData(event.currentTarget).get('token')
        token.value = typeof entered === 'string' && entered.trim() !== '' ? entered.trim() : undefined
        close()
      }}
    >
      <h2 id="asked">Sign in to act</h2>
      <p>
        Whoever has a token that may write can have Lanista reconcile, suspend, resume and approve here; it is an event
        with the token's name. The token is kept in this tab until it is closed, and sent to Lanista alone.
      </p>
      <label>
        Token
        <input
          name="token"
          type="password"
          autocomplete="off"
          spellcheck={false}
          required={token.value === undefined}
        />
      </label>
      <p class="buttons">
        <button type="submit" class="main">
          Keep it in this tab
        </button>
        {token.value !== undefined && (
          <button
            type="button"
            onClick={() => {
              token.value = undefined
              close()
            }}
          >
            Sign out
          </button>
        )}
        <button type="button" onClick={close}>
          Cancel
        </button>
      </p>
    </form>
  )
}

type Action = Exclude<Asked, { what: 'token' }>

function ActionForm({ asked }: { readonly asked: Action }): JSX.Element {
  const [answer, setAnswer] = useState<Answer | 'asking' | undefined>(undefined)
  const { heading, button } = titleOf(asked)
  if (answer !== undefined && answer !== 'asking')
    return (
      <div>
        <h2 id="asked">{heading}</h2>
        <div class={`answer ${answer.isGood ? 'good' : 'bad'}`} role="alert">
          <Symbol mark={answer.isGood ? 'good' : 'bad'} />
          <div>
            <Message text={answer.message} hasRemedy={!answer.isGood} />
          </div>
        </div>
        <p class="buttons">
          <button type="button" class="main" ref={(each) => each?.focus()} onClick={close}>
            Close
          </button>
        </p>
      </div>
    )
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault()
        if (answer === 'asking') return
        const steering = steeringOf(asked, new FormData(event.currentTarget))
        setAnswer('asking')
        void steer(steering).then(setAnswer)
      }}
    >
      <h2 id="asked">{heading}</h2>
      <Consequence asked={asked} />
      <p class="buttons">
        <button type="submit" class={asked.what === 'approve-ranges' ? 'danger' : 'main'}>
          {answer === 'asking' ? 'Asking Lanista …' : button}
        </button>
        <button type="button" onClick={close}>
          Cancel
        </button>
      </p>
    </form>
  )
}

function titleOf(asked: Action): { readonly heading: string; readonly button: string } {
  switch (asked.what) {
    case 'reconcile': {
      const which = asked.range === undefined ? 'all ranges' : `range ${asked.range}`
      return { heading: `Reconcile ${which} now?`, button: 'Reconcile now' }
    }
    case 'suspend':
      return { heading: `Suspend range ${asked.range}?`, button: 'Suspend' }
    case 'resume':
      return { heading: `Resume range ${asked.range}?`, button: 'Resume' }
    case 'approve-ranges':
      return { heading: `Let ${count(asked.waiting.ranges.length, 'range')} go, for good?`, button: 'Let them go' }
    case 'approve-commit':
      return { heading: `Approve commit ${asked.commit}?`, button: 'Approve' }
  }
}

/** What will happen, and what Lanista has to be told for it. */
function Consequence({ asked }: { readonly asked: Action }): JSX.Element {
  switch (asked.what) {
    case 'reconcile':
      return (
        <p>
          Lanista looks at {asked.range === undefined ? 'each of them' : 'it'} at once rather than when its time has
          come, and goes on with what the file asks. It changes nothing that it would not change by itself. What is
          suspended stays so.
        </p>
      )
    case 'suspend':
      return (
        <>
          <p>
            Lanista leaves it alone: nothing of it is created, changed, started or removed. What is under way is carried
            through, and its VMs go on running.
          </p>
          <label>
            Why (whoever finds it suspended reads this)
            <input name="reason" required maxLength={500} autocomplete="off" />
          </label>
          <label>
            Until (empty: until somebody resumes it)
            <input name="until" type="datetime-local" />
          </label>
        </>
      )
    case 'resume': {
      const suspended = ranges.value.get(asked.range)?.suspended
      return (
        <>
          {suspended !== undefined && (
            <p>
              {suspended.who ?? 'Somebody'} has suspended it: {suspended.reason}
            </p>
          )}
          <p>Lanista goes on with it at once, as its file asks by now.</p>
        </>
      )
    }
    case 'approve-ranges':
      return <Farewell waiting={asked.waiting} />
    case 'approve-commit':
      return (
        <>
          <Message text={asked.why} />
          <p>
            Exactly this commit, and no other, goes in force, or its waves go on. Lanista then makes the cluster match
            its files.
          </p>
        </>
      )
  }
}

/** What goes, by name, and a number to type: nobody lets ranges go by a slip of the hand. */
function Farewell({ waiting }: { readonly waiting: Waiting }): JSX.Element {
  const exactly = String(waiting.ranges.length)
  return (
    <>
      <p>
        Their files are gone. These ranges go with their VMs, disks, networks and pools; nothing brings them back. The
        approval is for exactly these, with exactly these VMs.
      </p>
      {waiting.why.map((why) => (
        <p key={why}>{why}</p>
      ))}
      <ul class="going">
        {waiting.ranges.map(({ name, vms, removedBy }) => (
          <li key={name}>
            <strong>{name}</strong>
            {removedBy !== undefined && ` (its file was deleted by ${shortId(removedBy)})`}:{' '}
            {vms.length === 0 ? 'no VM' : vms.map((vm) => `${vm.name} (${vm.vmid} on ${vm.node})`).join(', ')}
          </li>
        ))}
      </ul>
      <label>
        Type how many ranges go ({exactly})
        <input
          name="number"
          required
          inputMode="numeric"
          autocomplete="off"
          pattern={exactly}
          title={`${exactly}, to go on`}
        />
      </label>
    </>
  )
}

function steeringOf(asked: Action, form: FormData): Steering {
  const entered = (name: string): string => {
    const value = form.get(name)
    return typeof value === 'string' ? value.trim() : ''
  }
  switch (asked.what) {
    case 'reconcile':
      return asked.range === undefined ? { action: 'reconcile' } : { action: 'reconcile', ranges: [asked.range] }
    case 'suspend': {
      const until = entered('until')
      return {
        action: 'suspend',
        range: asked.range,
        reason: entered('reason'),
        ...(until === '' ? {} : { until: new Date(until).toISOString() }),
      }
    }
    case 'resume':
      return { action: 'resume', range: asked.range }
    case 'approve-ranges':
      return { action: 'approve', removal: asked.waiting.key }
    case 'approve-commit':
      return { action: 'approve', commit: asked.commit }
  }
}
