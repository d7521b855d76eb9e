import { expect } from 'chai'
import { unreadRemedy } from '../../adapters/error-code.ts'

const failing = (code: string): Error => Object.assign(new Error(code), { code })

describe('the remedy for what can not be read', () => {
  it('is to create it only where it is not there', () => {
    const told = (code: string): string => unreadRemedy(failing(code), 'name another')
    expect(told('ENOENT')).to.equal('create it, or name another')
    for (const code of ['EACCES', 'EPERM']) expect(told(code)).to.match(/^let the user that lanista runs as read it/)
    for (const code of ['EISDIR', 'ENOTDIR', 'ELOOP']) expect(told(code)).to.match(/^correct the path/)
    for (const code of ['EIO', 'ESTALE', 'EMFILE']) expect(told(code)).not.to.match(/create/)
  })
})
