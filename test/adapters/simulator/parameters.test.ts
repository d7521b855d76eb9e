import { expect } from 'chai'
import { ApiError } from '../../../adapters/simulator/api-error.ts'
import { flag, integer, oneOf, required, text, type ParameterSchema } from '../../../adapters/simulator/parameters.ts'
import { parseForm } from '../../../adapters/simulator/request-body.ts'
import { verifyParameters } from '../../../adapters/simulator/verify.ts'

describe('parameter verification', () => {
  const problem = (schema: ParameterSchema, value: unknown): string | undefined => {
    try {
      verifyParameters({ it: schema }, { it: value })
      return undefined
    } catch (error) {
      return error instanceof ApiError ? error.errors?.['it'] : String(error)
    }
  }

  const cases: readonly (readonly [string, ParameterSchema, unknown, string | undefined])[] = [
    ['takes a number for an integer', integer(1, 9), 5, undefined],
    ['refuses a fraction', integer(1, 9), '5.5', "type check ('integer') failed - got '5.5'"],
    ['refuses an empty integer', integer(), '', "type check ('integer') failed - got ''"],
    ['says the minimum', integer(1, 9), 0, 'value must have a minimum value of 1'],
    ['says the maximum', integer(1, 9), '10', 'value must have a maximum value of 9'],
    ['takes true in JSON only for a flag', flag, true, undefined],
    ['refuses true in a form', flag, 'true', "type check ('boolean') failed - got 'true'"],
    ['refuses a JSON flag as text', text(), true, "type check ('string') failed - got JSON::PP::Boolean"],
    ['refuses a list', text(), ['a'], "type check ('string') failed - got ARRAY"],
    ['refuses an object', integer(), {}, "type check ('integer') failed - got HASH"],
    [
      'checks the pattern before the length',
      text({ pattern: /[a-z]+/, maxLength: 2 }),
      'A-very-long-one',
      'value does not match the regex pattern',
    ],
    ['then the length', text({ pattern: /[a-z]+/, maxLength: 2 }), 'abc', 'value may only be 2 characters long'],
    [
      'names the values of an enumeration',
      oneOf('vm', 'node'),
      'x',
      "value 'x' does not have a value in the enumeration 'vm, node'",
    ],
    [
      'checks every part of a list',
      text({ format: 'ip-list' }),
      '10.0.0.1,nope',
      'invalid format - value does not look like a valid IP address\n',
    ],
    ['takes lists separated by blanks', text({ format: 'pve-vmid-list' }), '100 101;102', undefined],
    ['takes nothing for a null that is optional', text(), null, undefined],
    ['misses what is required', required(text()), undefined, 'property is missing and it is not optional'],
  ]
  for (const [name, schema, value, expected] of cases)
    it(name, () => {
      expect(problem(schema, value)).to.equal(expected)
    })

  it('names a parameter that needs another', () => {
    const table = { privs: text({ requires: 'path' }), path: text() }
    expect(() => verifyParameters(table, { privs: 'x' }))
      .to.throw(ApiError)
      .with.deep.property('errors', { path: "missing property - 'privs' requires this property" })
  })

  it('gives back text only, without what was not sent', () => {
    const table = { vmid: integer(), on: flag, name: text() }
    expect(verifyParameters(table, { vmid: 100, on: false })).to.deep.equal({ vmid: '100', on: '0' })
  })
})

describe('a form body', () => {
  it('is split at semicolons too, so that unescaped tags break in two', () => {
    expect(parseForm('tags=a;b&name=x+y%3Bz')).to.deep.equal({ tags: 'a', b: '', name: 'x y;z' })
  })

  it('joins a name that comes twice, for lists', () => {
    expect(parseForm('vms=1&vms=2')).to.deep.equal({ vms: '1\u00002' })
  })
})
