import type { JSX } from 'preact'
import { asking } from './action-dialog.tsx'
import { approvableCommit } from './approvals.ts'
import { Ago, Symbol } from './marks.tsx'
import { Message } from './message.tsx'
import { controller, link, now, stale } from './store.ts'
import { token } from './token.ts'
import { clockWords, count, durationWords } from './words.ts'

/** What is wrong with all of it, above each view. */
export function Banners(): JSX.Element {
  return (
    <>
      <StaleBanner />
      <RefusedBanner />
      <ControllerBanner />
      <VersionBanner />
    </>
  )
}

function StaleBanner(): JSX.Element | null {
  const old = stale.value
  if (old === undefined) return null
  return (
    <section class="banner warn" aria-label="Connection">
      <Symbol mark="warn" />
      <div>
        <p class="lead">
          {old.since === undefined
            ? 'Lanista has not been heard of yet'
            : `Stale since ${clockWords(old.since)}, for ${durationWords(now.value - old.since)}`}
        </p>
        <p>
          {old.why}. {old.since !== undefined && 'What is shown is as it was then. '}This page tries again by itself. If
          it lasts: is Lanista running (<code>systemctl status lanista</code>), and can this machine reach it?
        </p>
      </div>
    </section>
  )
}

function RefusedBanner(): JSX.Element | null {
  if (link.value.state !== 'refused') return null
  return (
    <section class="banner bad" aria-label="Connection">
      <Symbol mark="bad" />
      <div>
        <p class="lead">Lanista answers, and does not let this page look</p>
        <Message text={link.value.why} hasRemedy />
        <p>
          <button type="button" onClick={() => (asking.value = { what: 'token' })}>
            Enter a token
          </button>
        </p>
      </div>
    </section>
  )
}

function ControllerBanner(): JSX.Element | null {
  const view = controller.value
  if (view === undefined) return null
  const { cluster, notReady, findings } = view
  const lacksQuorum = cluster !== undefined && !cluster.quorate
  const errors = findings.filter(({ severity }) => severity === 'error')
  const warnings = findings.filter(({ severity }) => severity === 'warning')
  const git = gitFinding(view.git)
  return (
    <>
      {notReady !== undefined && (
        <section class="banner bad" aria-label="Lanista is not ready">
          <Symbol mark="bad" />
          <div>
            <p class="lead">Lanista is not ready</p>
            <Message text={notReady} hasRemedy />
            {cluster !== undefined && (
              <p>
                The cluster was last seen <Ago at={cluster.seenAt} />; what is shown of it is as it was then. Running
                VMs are not touched meanwhile. <code>lanista doctor</code> looks for the cause.
              </p>
            )}
          </div>
        </section>
      )}
      {lacksQuorum && (
        <section class="banner bad" aria-label="Quorum">
          <Symbol mark="bad" />
          <div>
            <p class="lead">The cluster has no quorum</p>
            <p>
              Proxmox refuses every change until most of its nodes see each other, so Lanista waits. Running VMs go on
              running.
            </p>
            <p class="remedy">
              Bring nodes back, or their network: <code>pvecm status</code> on a node says who sees whom.
            </p>
          </div>
        </section>
      )}
      {errors.map((finding) => (
        <Finding key={finding.message} {...finding} />
      ))}
      {git !== undefined && (
        <section class="banner warn" aria-label="Range files">
          <Symbol mark="warn" />
          <div>
            <p class="lead">A newer commit of range files is not in force</p>
            <Message text={git} hasRemedy />
            <ApproveCommit text={git} />
          </div>
        </section>
      )}
      {warnings.length > 3 ? (
        <details class="banner warn">
          <summary>{count(warnings.length, 'warning')} about the cluster</summary>
          {warnings.map(({ message }) => (
            <Message key={message} text={message} hasRemedy />
          ))}
        </details>
      ) : (
        warnings.map((finding) => <Finding key={finding.message} {...finding} />)
      )}
    </>
  )
}

const Finding = ({
  severity,
  message,
}: {
  readonly severity: 'error' | 'warning'
  readonly message: string
}): JSX.Element => (
  <section
    class={`banner ${severity === 'error' ? 'bad' : 'warn'}`}
    aria-label={severity === 'error' ? 'Error' : 'Warning'}
  >
    <Symbol mark={severity === 'error' ? 'bad' : 'warn'} />
    <div>
      <Message text={message} hasRemedy />
    </div>
  </section>
)

/** What is offered where a message says that a commit waits for approval, to who may act. */
export function ApproveCommit({ text }: { readonly text: string }): JSX.Element | null {
  const commit = approvableCommit(text)
  if (commit === undefined || token.value === undefined) return null
  return (
    <p>
      <button type="button" onClick={() => (asking.value = { what: 'approve-commit', commit, why: text })}>
        Approve commit {commit}
      </button>
    </p>
  )
}

/** The finding of what `/api/v1/git` tells. */
function gitFinding(git: unknown): string | undefined {
  if (typeof git !== 'object' || git === null || !('finding' in git)) return undefined
  const { finding } = git
  return typeof finding === 'object' && finding !== null && 'message' in finding && typeof finding.message === 'string'
    ? finding.message
    : undefined
}

let firstVersion: string | undefined

/** This page is of the Lanista that it came from. */
function VersionBanner(): JSX.Element | null {
  const version = controller.value?.version
  firstVersion ??= version
  if (version === undefined || version === firstVersion) return null
  return (
    <section class="banner work" aria-label="Version">
      <Symbol mark="work" />
      <div>
        <p class="lead">
          Lanista is {version} now; this page is of {firstVersion}
        </p>
        <p>
          <button type="button" onClick={() => location.reload()}>
            Reload the page
          </button>
        </p>
      </div>
    </section>
  )
}
