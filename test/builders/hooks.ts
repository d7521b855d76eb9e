import { createHmac } from 'node:crypto'

type Headers = Readonly<Record<string, string>>

const hex = (secret: string, body: string): string => createHmac('sha256', secret).update(body).digest('hex')

/** Headers with which each forge sends a push, as it documents them. */
export const hookHeaders = {
  github: (secret: string, body: string): Headers => ({
    'X-GitHub-Event': 'push',
    'X-Hub-Signature-256': `sha256=${hex(secret, body)}`,
  }),
  gitea: (secret: string, body: string): Headers => ({
    'X-Gitea-Event': 'push',
    'X-Gitea-Signature': hex(secret, body),
    'X-Gogs-Signature': hex(secret, body),
    'X-Hub-Signature-256': `sha256=${hex(secret, body)}`,
  }),
  forgejo: (secret: string, body: string): Headers => ({
    'X-Forgejo-Event': 'push',
    'X-Forgejo-Signature': hex(secret, body),
    'X-Gitea-Signature': hex(secret, body),
  }),
  gitlab: (secret: string): Headers => ({ 'X-Gitlab-Event': 'Push Hook', 'X-Gitlab-Token': secret }),
  /** By the Standard Webhooks specification; the secret is `whsec_` and a key in base64. */
  gitlabSigned: (secret: string, body: string): Headers => {
    const key = Buffer.from(secret.replace(/^whsec_/, ''), 'base64')
    const [id, at] = ['f5a1c7e0-0000-4000-8000-000000000000', '1764510000']
    const signature = createHmac('sha256', key).update(`${id}.${at}.${body}`).digest('base64')
    return {
      'X-Gitlab-Event': 'Push Hook',
      'webhook-id': id,
      'webhook-timestamp': at,
      'webhook-signature': `v1,${signature}`,
    }
  },
}
