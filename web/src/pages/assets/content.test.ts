import { expect, test } from 'vitest'
import { contentOf } from './content'

const file = (...bytes: number[]) => new File([new Uint8Array(bytes)], 'key')

test('a text is sent as text, and everything else in base64, byte by byte', async () => {
  expect(await contentOf(new File(['licence é\n'], 'licence.txt'))).toEqual({ content: 'licence é\n' })
  expect(await contentOf(file(255, 0, 1))).toEqual({ content_base64: '/wAB' })
  expect(await contentOf(file(97, 0, 98))).toEqual({ content_base64: 'YQBi' })
  expect(await contentOf(file(0xef, 0xbb, 0xbf, 97))).toEqual({ content: '\ufeffa' })
})
