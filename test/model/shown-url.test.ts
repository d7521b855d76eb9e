import { expect } from 'chai'
import { shownUrl } from '../../model/shown-url.ts'

describe('a URL as it may be told', () => {
  for (const [text, shown] of [
    ['https://pve1:8006', 'https://pve1:8006'],
    ['https://[fd00::1]:8006/', 'https://[fd00::1]:8006/'],
    ['pve1:8006', 'pve1:8006'],
    ['https://root:hunter2@pve1:8006', 'https://***@pve1:8006'],
    ['https://root:hun@ter2@pve1', 'https://***@pve1'],
    ['https://root:hun/ter2@pve1', 'https://***@pve1'],
    ['https://root:hun?ter#2@pve1/', 'https://***@pve1/'],
    ['root:hunter2@pve1:8006', '***@pve1:8006'],
    ['https://pve1/api2?token=hunter2', 'https://pve1/***'],
    ['https://pve1#hunter2', 'https://pve1/***'],
    ['https://pve1\u001b[31m', 'https://pve1\\u{1b}[31m'],
    ['', ''],
  ] as const)
    it(`is ${JSON.stringify(shown)} for ${JSON.stringify(text)}`, () => expect(shownUrl(text)).to.equal(shown))
})
