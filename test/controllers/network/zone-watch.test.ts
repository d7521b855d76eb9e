import { expect } from 'chai'
import { watchZone } from '../../../controllers/network/zone-watch.ts'
import { cluster, node, zone } from '../../builders/cluster.ts'
import { settings } from '../../builders/range.ts'

describe('watchZone', () => {
  const signal = new AbortController().signal

  it('counts what is wrong with the zone at each look, in the zone and mode of the moment', async () => {
    const told: (readonly string[])[] = []
    const asked: unknown[] = []
    const lacking = zone(['pve1', 'pve2', 'pve3'].map((name) => node(name)).slice(0, 2))
    const snapshot = cluster({ zones: [lacking] })
    let now = settings()
    const watched = watchZone(
      {
        observe: async (_, options) => {
          asked.push(options)
          return snapshot
        },
      },
      () => now,
      { zoneFindings: (findings) => told.push(findings.map(({ reason }) => reason)) },
    )
    expect(await watched.observe(signal, { acl: true })).to.equal(snapshot)
    now = settings({ zone: 'other' })
    await watched.observe(signal)
    now = settings({ clusterMode: false })
    await watched.observe(signal)
    expect(told).to.deep.equal([['ZoneLacksPeer', 'ZoneNotReported'], ['ZoneMissing'], []])
    expect(asked).to.deep.equal([{ acl: true }, undefined, undefined])
  })
})
