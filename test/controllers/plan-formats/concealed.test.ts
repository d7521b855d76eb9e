import { expect } from 'chai'
import { concealer, concealIn } from '../../../controllers/plan-formats/concealed.ts'

const conceal = concealer({
  hosts: [
    'https://pve1:8006',
    'https://pve2.lab.example:8006/api2',
    'https://[fd00::5]:8006',
    'git@forge.example.org:labs/ranges.git',
  ],
  paths: ['/etc/lanista', '/'],
  secrets: ['hunter2', ''],
})

describe('what is not told of a plan to others', () => {
  for (const [text, told] of [
    ['GET /nodes: https://pve1:8006/api2/json/nodes failed', 'GET /nodes: (address) failed'],
    [
      'no API host answers (pve1:8006: connect ECONNREFUSED 10.1.2.3:8006)',
      'no API host answers ((address): connect ECONNREFUSED (address))',
    ],
    ['getaddrinfo ENOTFOUND pve2.lab.example', 'getaddrinfo ENOTFOUND (address)'],
    [
      'connect EHOSTUNREACH fd00::5:8006 and [fe80::1]:22 and ::1',
      'connect EHOSTUNREACH (address) and (address) and (address)',
    ],
    ['/etc/lanista/git-token can not be read', '(path) can not be read'],
    [
      'pveum acl modify /pool --tokens lanista@pve!ci --roles X',
      'pveum acl modify /pool --tokens USER@REALM!TOKEN --roles X',
    ],
    ['repository git@forge.example.org:labs/ranges.git: no', 'repository (address): no'],
    ['the word is hunter2', 'the word is (secret)'],
  ] as const)
    it(`${text} is ${told}`, () => {
      expect(conceal(text)).to.equal(told)
    })

  it('leaves what a plan has to say', () => {
    for (const text of [
      'vm JD-DC01 on pve1 as 1010011',
      'ranges/JD.yml:12:5: a',
      'bridge vmbr1001 on pve1',
      'score 0.86, 49.8 GiB free',
      'bc:24:11:00:00:01',
      'Debian 12.5.1.2.3',
      '/etc/lanistas',
    ])
      expect(conceal(text)).to.equal(text)
  })

  it('is looked for in all texts of a value', () => {
    expect(concealIn({ a: [{ b: 'hunter2', c: 1, d: null, e: true }] }, conceal)).to.deep.equal({
      a: [{ b: '(secret)', c: 1, d: null, e: true }],
    })
  })
})
