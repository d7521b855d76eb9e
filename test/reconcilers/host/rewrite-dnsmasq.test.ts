import { expect } from 'chai'
import fc from 'fast-check'
import { isReadByDnsmasq, rewriteDnsmasq } from '../../../reconcilers/host/rewrite-dnsmasq.ts'
import { DNSMASQ } from '../../builders/ludus-files.ts'

const PATH = '/etc/dnsmasq.d/dnsmasq-eno1.conf'
const rewrite = (text: string) => rewriteDnsmasq([{ path: PATH, text }], 'vmbr1000')
const after = (text: string): string => rewrite(text).files[0]?.text ?? ''

describe('rewriteDnsmasq', () => {
  it('names ludusnat in interface= and both dhcp-option=, and finds nothing to do then', () => {
    const { files, inTheWay } = rewrite(DNSMASQ)
    expect(inTheWay).to.deep.equal([])
    expect(files).to.deep.equal([{ path: PATH, text: DNSMASQ.replaceAll('vmbr1000', 'ludusnat') }])
    expect(after(after(DNSMASQ))).to.equal(after(DNSMASQ))
  })

  it('takes it for a tag where it is written as one, and beside others', () => {
    expect(after('interface=wg0, vmbr1000 # both\ndhcp-option=tag:vmbr1000,option:router,192.0.2.254\n')).to.equal(
      'interface=wg0, ludusnat # both\ndhcp-option=tag:ludusnat,option:router,192.0.2.254\n',
    )
  })

  it('says which option it can not judge', () => {
    expect(rewrite(`${DNSMASQ}bridge-interface=vmbr1000,eno1\n`).inTheWay).to.deep.equal([
      `${PATH}:6: it names vmbr1000 in an option of which it isn't known what becomes; change or remove the line`,
    ])
  })

  it('says so where nothing serves the NAT network', () => {
    expect(rewrite('interface=ludusci\n').inTheWay.join()).to.include('no file says interface=vmbr1000')
  })

  it('reads the files that dnsmasq reads', () => {
    const names = ['a.conf', 'README', 'a.conf~', '.a.conf', '#a#', 'a.dpkg-old', 'a.dpkg-dist']
    expect(names.filter(isReadByDnsmasq)).to.deep.equal(['a.conf', 'README'])
  })

  it('keeps all other lines byte for byte, and is undone by the same way back', () => {
    const part = fc.constantFrom('vmbr1000', 'vmbr10001', 'xvmbr1000', 'wg0', '3', '192.0.2.254', '\u00e9')
    const active = fc
      .tuple(
        fc.constantFrom('interface', 'dhcp-option', 'dhcp-range', 'server'),
        fc.array(part, { minLength: 1, maxLength: 3 }),
      )
      .map(([key, parts]) => `${key}=${(key === 'server' ? ['192.0.2.254'] : parts).join(',')}\n`)
    const line = fc.oneof(active, fc.constantFrom('# interface=vmbr1000\n', '\n', 'no-resolv\r\n', ' # vmbr1000\n'))
    fc.assert(
      fc.property(fc.array(line, { maxLength: 10 }), (lines) => {
        const now = after(lines.join(''))
        const back = now
          .split('\n')
          .map((each) => (/^\s*#/.test(each) ? each : each.replaceAll('ludusnat', 'vmbr1000')))
        expect(back.join('\n')).to.equal(lines.join(''))
        expect(
          now
            .split('\n')
            .filter((each, index) => each !== lines.join('').split('\n')[index])
            .join(),
        ).not.to.match(/(?<!\w)vmbr1000(?!\w)/)
      }),
    )
  })
})
