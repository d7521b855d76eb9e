import { expect } from 'chai'
import type { DiskLook, Told } from '../../../model/doctor-looks.ts'
import { amissAs, type DoctorCheck } from '../../../model/doctor-report.ts'
import { checkHosts } from '../../../reconcilers/doctor/check-api.ts'
import { checkClocks, checkReleases } from '../../../reconcilers/doctor/check-cluster.ts'
import { lackingRights, neededRights } from '../../../reconcilers/doctor/check-rights.ts'
import { checkDisk, checkPort, checkStateDirectory, checkVersions } from '../../../reconcilers/doctor/check-machine.ts'

const told = <T>(value: T): Told<T> => ({ kind: 'told', value })
const untold = (why: string): Told<never> => ({ kind: 'untold', why, error: 'other' })
const said = ({ level, finding }: DoctorCheck): string => `${level} ${finding}`
const GIBI = 1_073_741_824

describe('the checks of a doctor', () => {
  for (const [node, level] of [
    ['20.18.9', 'fail'],
    ['20.19.0', 'ok'],
    ['18.30.0', 'fail'],
    ['22.1.0', 'ok'],
  ] as const)
    it(`call Node.js ${node} ${level}`, () => expect(checkVersions(node, '1').level).to.equal(level))

  for (const [freeBytes, freeFiles, level, finding] of [
    [8 * GIBI, undefined, 'ok', '8.0 GiB free'],
    [GIBI / 2, 5000, 'warn', '512 MiB free'],
    [8 * GIBI, 7, 'warn', '8.0 GiB free, and room for 7 more files'],
    [8 * GIBI, 0, 'fail', '8.0 GiB free, and room for 0 more files'],
    [1000, undefined, 'fail', '0 MiB free'],
  ] as const)
    it(`call ${finding} ${level}`, () =>
      expect(said(checkDisk('/s', told<DiskLook>({ freeBytes, freeFiles })))).to.equal(`${level} ${finding}`))

  it('say of what could not be looked at that it is not known', () => {
    expect(said(checkDisk('/s', untold('no answer within 10 s')))).to.equal(
      'warn it could not be looked at: no answer within 10 s',
    )
    expect(checkPort('h:1', untold('x')).level).to.equal('warn')
  })

  it('warn of a state directory that all may write to, and fail where nothing can be written', () => {
    const look = { path: '/s', exists: true, unwritable: undefined, openToAll: false }
    expect(said(checkStateDirectory('/s', told(look)))).to.equal('ok can be written')
    expect(said(checkStateDirectory('/s', told({ ...look, openToAll: true })))).to.match(/^warn every user/)
    expect(said(checkStateDirectory('/s', told({ ...look, unwritable: 'the disk is full' })))).to.equal(
      'fail nothing can be written there: the disk is full',
    )
  })

  for (const [name, node, before, after, level] of [
    ['that is within its second', 100_000, 100_900, 100_950, 'ok'],
    ['whose answer took half a minute', 100_000, 90_000, 120_000, 'ok'],
    ['a little ahead', 108_000, 100_000, 100_100, 'warn'],
    ['a little behind', 92_000, 100_000, 100_100, 'warn'],
    ['far behind', 10_000, 100_000, 100_100, 'fail'],
  ] as const)
    it(`call a clock ${name} ${level}`, () => {
      const version = told({ version: '9.1.1' })
      const [check] = checkClocks([{ name: 'pve1', version, time: told({ node, before, after }) }])
      expect(check?.level).to.equal(level)
    })

  for (const [versions, pattern] of [
    [['9.1.1', '9.1.1'], /^ok 9\.1\.1 on all nodes/],
    [['9.1.1', '9.0.3'], /^ok a 9\.1\.1, b 9\.0\.3/],
    [['9.1.1', '8.4.1'], /^warn nodes have different releases/],
    [['7.4.1', '7.4.1'], /^warn Lanista knows the releases 8 and 9/],
    [['10.0.1', '10.0.1'], /^warn Lanista knows/],
  ] as const)
    it(`say ${String(pattern)} of ${versions.join(' and ')}`, () => {
      const looked = versions.map((version, index) => ({
        name: 'ab'.charAt(index),
        version: told({ version }),
        time: untold(''),
      }))
      expect(checkReleases(looked).map(said).join()).to.match(pattern)
    })

  const DAY = 86_400_000
  for (const [situation, from, to, level] of [
    ['is valid', -1, 300, 'ok'],
    ['ends in five days', -1, 5, 'warn'],
    ['has ended', -9, -1, 'warn'],
    ['is not valid yet', 1, 300, 'warn'],
  ] as const)
    it(`call a certificate that ${situation} ${level}`, () => {
      const certificate = told({ fingerprint: 'AB', subject: '', validFrom: from * DAY, validTo: to * DAY })
      const seen = { host: 'https://a:8006', answer: told({ release: '9' }), certificate }
      const checks = checkHosts([seen], 'fingerprint', 'u@pve!t', 0)
      expect(checks.find(({ code }) => code === 'tls')?.level).to.equal(level)
    })

  it('know what is missing of rights that stand above a path, on it, and do not go down', () => {
    const settings = { zone: 'ludus', aclGroup: 'ludus_users' }
    const all = neededRights('vnets', settings, []).flatMap(({ rights }) => rights)
    const full = Object.fromEntries(all.map((right) => [right, true]))
    const paths = ['/', '/access', '/nodes', '/pool', '/sdn', '/storage', '/vms']
    const everywhere = Object.fromEntries(paths.map((path) => [path, full]))
    const lacking = (permissions: typeof everywhere): string =>
      lackingRights(neededRights('vnets', settings, []), permissions, [])
        .map(({ path, missing }) => `${path} ${missing.join(',')}`)
        .join('; ')
    expect(lacking(everywhere)).to.equal('')
    expect(lacking({ ...everywhere, '/pool': { 'Pool.Audit': true } })).to.equal('/pool Pool.Allocate')
    expect(lacking({ ...everywhere, '/storage': { ...full, 'Datastore.Audit': false } })).to.equal(
      '/storage Datastore.Audit',
    )
    expect(lacking({ ...everywhere, '/sdn/zones': full, '/sdn/zones/ludus': { 'SDN.Audit': true } })).to.equal(
      '/sdn/zones/ludus SDN.Allocate,SDN.Use; /sdn/zones/ludus Permissions.Modify',
    )
    expect(neededRights('bridges', settings, ['pve']).map(({ path }) => path)).to.include('/nodes/pve')
  })

  it('take a sentence apart into subject, finding and remedy', () => {
    const parts = (message: string): string => {
      const { subject, finding, remedy } = amissAs('warn', 'zone', message, 'thing')
      return [subject, finding, remedy].join(' | ')
    }
    expect(parts('zone ludus: it is bad; mend it')).to.equal('zone ludus | it is bad | mend it')
    expect(parts('/a/b.yml:3:5: unknown key; did you mean x?')).to.equal('/a/b.yml:3:5 | unknown key | did you mean x?')
    expect(parts('zone z: a; b; in the web interface: c: d')).to.equal('zone z | a; b | in the web interface: c: d')
    expect(parts('no colon')).to.equal('thing | no colon | ')
  })
})
