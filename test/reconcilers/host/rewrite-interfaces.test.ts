import { expect } from 'chai'
import fc from 'fast-check'
import { rewriteInterfaces } from '../../../reconcilers/host/rewrite-interfaces.ts'
import { INTERFACES, interfacesWith, NAT_BLOCK, NEW_BLOCK, TARGET } from '../../builders/ludus-files.ts'

const after = (text: string): string => rewriteInterfaces(text, TARGET).text
const inTheWay = (text: string): readonly string[] => rewriteInterfaces(text, TARGET).inTheWay
const withLine = (line: string): string =>
  interfacesWith(NAT_BLOCK.replace('    bridge-stp off\n', `    bridge-stp off\n${line}\n`))

describe('rewriteInterfaces', () => {
  it("replaces Ludus' block of the NAT bridge, and nothing else", () => {
    expect(rewriteInterfaces(INTERFACES, TARGET)).to.deep.equal({
      text: interfacesWith(NEW_BLOCK),
      inTheWay: [],
      notes: [],
    })
  })

  it('finds nothing to do in what it has written', () => {
    expect(rewriteInterfaces(after(INTERFACES), TARGET)).to.deep.equal({
      text: after(INTERFACES),
      inTheWay: [],
      notes: [],
    })
  })

  it('takes its name out of a line that brings up others as well', () => {
    const text = `auto eno2 vmbr1000   eno3\n${interfacesWith(NAT_BLOCK)}`
    expect(after(text)).to.equal(`auto eno2 eno3\n${interfacesWith(NEW_BLOCK)}`)
  })

  it("keeps comments within the block, and the block's own commands, under the new name", () => {
    const text = withLine(
      '    # for the cache\n    post-up nft add rule nat fwd iifname vmbr1000 tcp dport 8081 accept',
    )
    expect(after(text)).to.include(
      '-j MASQUERADE\n    post-up nft add rule nat fwd iifname ludusnat tcp dport 8081 accept\n',
    )
    expect(after(text)).to.include('    # for the cache\n')
  })

  it('writes as the file is written: tabs, and lines that end as those of DOS', () => {
    const text = INTERFACES.replaceAll('    ', '\t').replaceAll('\n', '\r\n')
    expect(after(text)).to.equal(interfacesWith(NEW_BLOCK).replaceAll('    ', '\t').replaceAll('\n', '\r\n'))
  })

  it('removes only the block of the bridge where the other is there already', () => {
    expect(after(interfacesWith(`auto vmbr1000\n${NAT_BLOCK}${NEW_BLOCK}`))).to.equal(interfacesWith(NEW_BLOCK))
  })

  it('masquerades on the outgoing device, and says so where that was another', () => {
    const { text, notes } = rewriteInterfaces(INTERFACES, { bridge: 'vmbr1000', outgoing: 'vmbr0' })
    expect(text).to.include('-o vmbr0 -j MASQUERADE')
    expect(notes).to.deep.equal([
      '/etc/network/interfaces: the NAT network left by eno1 until now, and is to leave by vmbr0, which has the default route; --outgoing names another',
    ])
  })

  it('says which line of another block names the bridge, and leaves it', () => {
    const text = INTERFACES.replace('via 192.0.2.103\n', 'via 192.0.2.103 dev vmbr1000\n')
    const { notes } = rewriteInterfaces(text, TARGET)
    expect(notes).to.deep.equal([
      '/etc/network/interfaces:26: it names vmbr1000, and stays as it is; look whether ludusnat is meant',
    ])
  })

  const refused: readonly (readonly [situation: string, text: string, says: RegExp])[] = [
    ['a port that is a cable', withLine('    bridge-ports eno2'), /interfaces:15: the bridge has the port eno2/],
    ['another address', INTERFACES.replace('192.0.2.254/24\n', '10.9.9.1/24\n'), /:13: its address is 10\.9\.9\.1\/24/],
    ['an option that is not known', withLine('    mtu 9000'), /:15: mtu is no option that is known/],
    [
      'two blocks of it',
      `${INTERFACES}iface vmbr1000 inet6 static\n    address fd00::1/64\n`,
      /a second block of vmbr1000/,
    ],
    ['no block of it', interfacesWith(''), /it has no block of vmbr1000/],
    [
      'a block of ludusnat that does too little',
      interfacesWith('iface ludusnat\n    mtu 1450\n'),
      /lacks address .*MASQUERADE/,
    ],
    ['no line that reads the VNets of Proxmox', INTERFACES.replace(/^source.*$/m, ''), /add the line: source/],
  ]
  for (const [situation, text, says] of refused)
    it(`changes nothing where there is ${situation}`, () => {
      expect(inTheWay(text).join('\n')).to.match(says)
      expect(after(text)).to.equal(text)
    })

  it('keeps everything outside the block byte for byte, whatever else is in the file', () => {
    fc.assert(
      fc.property(
        others,
        others,
        fc.constantFrom('auto vmbr1000\n', 'allow-hotplug vmbr1000\n', ''),
        (before, behind, auto) => {
          const [head, tail] = [before.join(''), behind.join('')]
          const source = 'source /etc/network/interfaces.d/*\n'
          const text = `${head}${auto}${NAT_BLOCK}${tail}${source}`
          const { text: now, inTheWay: way } = rewriteInterfaces(text, TARGET)
          expect(way).to.deep.equal([])
          expect(now).to.equal(`${head}${NEW_BLOCK}${tail}${source}`)
          expect(after(now)).to.equal(now)
          // Back is what was, as only the block differs.
          expect(now.replace(NEW_BLOCK, `${auto}${NAT_BLOCK}`)).to.equal(text)
        },
      ),
    )
  })
})

/** Whole blocks, comments and blank lines of anything but the NAT network, with bytes of other encodings. */
const name = fc.constantFrom('eno1', 'vmbr0', 'vmbr1001', 'vmbr10000', 'xvmbr1000', 'vmbr1000.5', 'bond0')
const line = fc.oneof(
  fc.constantFrom('\n', '\t \n', '# vmbr1000 was here\n', '# caf\u00c3\u00a9 \u00e9\n', '#\n', '   # deeper\n'),
  name.map((device) => `auto ${device}\n`),
  fc
    .tuple(
      name,
      fc.subarray([
        'address 10.0.0.1/8',
        'mtu 9000',
        'post-up echo \\\n      1',
        'bridge-ports eno1',
        '# in it',
        'hwaddress \u00ff',
      ]),
    )
    .map(([device, options]) =>
      [`iface ${device} inet manual`, ...options.map((option) => `    ${option}`), ''].join('\n'),
    ),
)
const others = fc.array(line, { maxLength: 8 })
