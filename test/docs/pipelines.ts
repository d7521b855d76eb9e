import { z } from 'zod'

/** A pipeline of a page: the forge's, by the name of its file. */
export interface Pipeline {
  readonly file: string
  readonly jobs: readonly PipelineJob[]
  /** Events that start it, of GitHub's kind; empty where rules say it. */
  readonly events: readonly string[]
}

interface PipelineJob {
  readonly name: string
  /** When it runs: the condition as it is written. */
  readonly condition: string
  /** All of it as text. */
  readonly text: string
  readonly checksOut: boolean
}

const actions = z.looseObject({ on: z.unknown(), jobs: z.record(z.string(), z.looseObject({ if: z.string().default('') })) })
const gitlabJob = z.looseObject({ script: z.array(z.string()), rules: z.array(z.looseObject({ if: z.string() })).default([]) })

/** Reads a pipeline that was parsed from YAML. Throws when it is none. */
export function pipelineOf(file: string, value: unknown): Pipeline {
  if (file === '.gitlab-ci.yml') {
    const jobs = Object.entries(z.record(z.string(), z.unknown()).parse(value)).flatMap(([name, job]) => {
      if (name === 'workflow') return []
      const { rules } = gitlabJob.parse(job)
      const text = JSON.stringify(job)
      return [{ name, condition: rules.map((rule) => rule.if).join(' || '), text, checksOut: !text.includes('"GIT_STRATEGY":"none"') }]
    })
    return { file, jobs, events: [] }
  }
  const { on, jobs } = actions.parse(value)
  const events = typeof on === 'string' ? [on] : Array.isArray(on) ? on.map(String) : Object.keys(z.record(z.string(), z.unknown()).parse(on))
  return {
    file,
    events,
    jobs: Object.entries(jobs).map(([name, job]) => {
      const text = JSON.stringify(job)
      return { name, condition: job.if, text, checksOut: /actions\/checkout|git (?:clone|fetch|checkout)/.test(text) }
    }),
  }
}

/** Exactly these keep a fork out: part of a condition with `||` would not. */
const OWN_BRANCH: ReadonlySet<string> = new Set([
  'github.event.pull_request.head.repo.full_name == github.repository',
  '$CI_PIPELINE_SOURCE == "merge_request_event" && $CI_MERGE_REQUEST_SOURCE_PROJECT_ID == $CI_PROJECT_ID',
])

const SECRET = /secrets\.|github\.token|LANISTA_/
/** Text of an author that would be put into a script. */
const INJECTED = /\$\{\{[^}]*(?:head\.ref|head_ref|title|body|head\.label)[^}]*\}\}/

/** Why a fork's change may meet a secret in a pipeline, a sentence each. */
export function leaksOf({ file, events, jobs }: Pipeline): readonly string[] {
  return [
    ...events.filter((event) => event !== 'pull_request').map((event) => `${file}: ${event} runs with secrets for everybody`),
    ...jobs.flatMap(({ name, condition, text, checksOut }) => {
      const job = `${file}: ${name}`
      const isGuarded = OWN_BRANCH.has(condition)
      return [
        ...(SECRET.test(text) && !isGuarded ? [`${job} has a secret and may run for a fork`] : []),
        ...(/self-hosted|lanista-plan/.test(text) && !isGuarded ? [`${job} runs a fork's change beside the cluster`] : []),
        ...(SECRET.test(text) && checksOut ? [`${job} has a secret and the change's files`] : []),
        ...(/lanista plan/.test(text) && !SECRET.test(text) ? [`${job} plans without a token`] : []),
        ...(INJECTED.test(text) ? [`${job} puts text of an author into a script`] : []),
      ]
    }),
  ]
}
