import { expect } from 'chai'
import type { NotifyRequest } from '../../../model/notify/form.ts'
import { readAddress, shownAddress } from '../../../model/notify/notify-address.ts'
import type { Notification } from '../../../model/notify/notification.ts'
import { notification } from '../../builders/notification.ts'

const { title, message } = notification()
const JSON_TYPE = 'application/json; charset=utf-8'
const TEXT_TYPE = 'text/plain; charset=utf-8'

function requestTo(address: string, told: Notification = notification()): NotifyRequest & { readonly href: string } {
  const read = readAddress(address)
  if (read.kind === 'unusable') throw new Error(`${address}: ${read.finding}`)
  const request = read.requestFor(told)
  return { ...request, href: request.url.href }
}

describe('an address of notify.urls', () => {
  const REQUESTS: readonly (readonly [string, string, Partial<NotifyRequest>, unknown])[] = [
    // address, URL, the rest of the request, body (JSON unless it is text)
    [
      'https://hook.example/x?k=v',
      'https://hook.example/x?k=v',
      { headers: { 'Content-Type': JSON_TYPE } },
      notification(),
    ],
    ['generic://hook.example/x', 'https://hook.example/x', { headers: { 'Content-Type': TEXT_TYPE } }, message],
    [
      'generic+https://u:p%40@hook.example:8443/x?template=json&k=v&_title=kept&Title=News',
      'https://hook.example:8443/x?k=v&title=kept',
      { headers: { Authorization: `Basic ${btoa('u:p@')}`, 'Content-Type': JSON_TYPE } },
      { title: 'News', message },
    ],
    [
      'generic://hook.example/x?template=JSON&titlekey=subject&messagekey=text&$free=y&@xApiKey=s&method=put',
      'https://hook.example/x',
      { method: 'PUT', headers: { 'Content-Type': JSON_TYPE, 'x-Api-Key': 's' } },
      { free: 'y', subject: title, text: message },
    ],
    [
      'generic://127.0.0.1:8123/api?disabletls=yes&contenttype=text/markdown',
      'http://127.0.0.1:8123/api',
      { headers: { 'Content-Type': 'text/markdown' } },
      message,
    ],
    [
      'discord://W3dE2-Oz_c@693853386302554172',
      'https://discord.com/api/webhooks/693853386302554172/W3dE2-Oz_c',
      { headers: { 'Content-Type': JSON_TYPE } },
      { content: message, allowed_mentions: { parse: [] } },
    ],
    [
      'discord://tok@12?username=Ludus&thread_id=34',
      'https://discord.com/api/webhooks/12/tok?thread_id=34',
      { headers: { 'Content-Type': JSON_TYPE } },
      { content: message, username: 'Ludus', allowed_mentions: { parse: [] } },
    ],
    [
      'slack://hook:T00000000-B00000000-xXxX@webhook',
      'https://hooks.slack.com/services/T00000000/B00000000/xXxX',
      { headers: { 'Content-Type': JSON_TYPE } },
      { text: message },
    ],
    [
      'slack://Bot@T00000000/B00000000/xXxX',
      'https://hooks.slack.com/services/T00000000/B00000000/xXxX',
      { headers: { 'Content-Type': JSON_TYPE } },
      { text: message, username: 'Bot' },
    ],
    ['ntfy:///ranges', 'https://ntfy.sh/ranges', { headers: { 'Content-Type': TEXT_TYPE, Title: title } }, message],
    [
      'ntfy://u:p@ntfy.example:8443/ranges?priority=high&tags=lab,ops&title=Übung',
      'https://ntfy.example:8443/ranges',
      {
        headers: {
          Authorization: `Basic ${btoa('u:p')}`,
          'Content-Type': TEXT_TYPE,
          Title: '=?UTF-8?B?w5xidW5n?=',
          Priority: 'high',
          Tags: 'lab,ops',
        },
      },
      message,
    ],
    [
      'ntfy://localhost:2586/ranges?scheme=http',
      'http://localhost:2586/ranges',
      { headers: { 'Content-Type': TEXT_TYPE, Title: title } },
      message,
    ],
  ]
  for (const [address, href, rest, body] of REQUESTS)
    it(`becomes one request: ${address}`, () => {
      const request = requestTo(address)
      expect(request).to.deep.include({ method: 'POST', ...rest, href })
      expect(typeof body === 'string' ? request.body : JSON.parse(request.body)).to.deep.equal(body)
    })

  it('calls nobody on Discord and links nothing on Slack, whatever a message quotes', () => {
    const told = notification({ message: `@everyone <!channel> ${'x'.repeat(3000)}` })
    const discord: unknown = JSON.parse(requestTo('discord://tok@12', told).body)
    expect(discord).to.have.property('content').with.length(2000)
    expect(discord).to.deep.include({ allowed_mentions: { parse: [] } })
    expect(requestTo('slack://hook:A-B-C@webhook', told).body).to.contain('@everyone &lt;!channel&gt; xxx')
  })

  const UNUSABLE: readonly (readonly [string, RegExp])[] = [
    ['S3CRET', /no URL/],
    ['telegram://S3CRET@telegram?chats=1', /can't send to telegram:\/\/\*\*\*/],
    ['http://S3CRET.example/x', /not encrypted/],
    ['generic://S3CRET.example/x?disabletls=yes', /not encrypted/],
    ['generic+http://S3CRET.example/x', /not encrypted/],
    ['generic://h.example/S3CRET?template=other', /template/],
    ['generic://h.example/S3CRET?method=GET', /method/],
    ['generic://h.example/?@host=S3CRET', /header/],
    ['generic://h.example/?@x=a%0d%0aS3CRET', /header/],
    ['generic+https://u:S3CRET%ff@h.example/', /no URL/],
    ['discord://S3CRET@webhook', /no.* webhook of Discord/],
    ['discord://S3CRET/..@12', /no.* webhook of Discord/],
    ['discord://S3CRET@12?thread_id=x', /thread_id/],
    ['slack://xoxb:123-456-S3CRET@C001', /token of a bot/],
    ['slack://hook:A-S3CRET@webhook', /incoming webhook/],
    ['slack://A/B/S3CRET/more', /incoming webhook/],
    ['ntfy://u:S3CRET@h.example', /no topic/],
    ['ntfy://h.example/a/S3CRET', /no topic/],
    ['ntfy://S3CRET.example/a?scheme=http', /not encrypted/],
    ['ntfy://h.example/{{ range_id }}S3CRET', /no topic/],
  ]
  for (const [address, finding] of UNUSABLE)
    it(`is refused without being repeated: ${address.replaceAll(/[\r\n]/g, ' ')}`, () => {
      const read = readAddress(address)
      expect(read).to.have.property('kind', 'unusable')
      expect(read).to.have.property('finding').that.matches(finding)
      expect(read).to.have.property('remedy').that.is.not.empty
      expect(JSON.stringify(read)).not.to.contain('S3CRET')
    })

  it('is shown as its scheme alone', () => {
    expect(['discord://a@b', 'Generic+https://h/p', 'S3CRET', 'a b://c'].map(shownAddress)).to.deep.equal([
      'discord://***',
      'generic+https://***',
      '***',
      '***',
    ])
  })
})
