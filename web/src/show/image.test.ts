import { expect, test } from 'vitest'
import { shortImage } from './image'

test('of what a run is pinned to, the beginning of the digest is shown', () => {
  expect(shortImage(`oci:sha256:${'0123456789abcdef'.repeat(4)}`)).toBe('oci:sha256:0123456789ab…')
})
