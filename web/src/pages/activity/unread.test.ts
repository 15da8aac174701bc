import { expect, test } from 'vitest'
import { unread } from './unread'

test('what others did since is counted, and no more than is looked at', () => {
  const done = [4, 3, 2, 1].map((id) => ({ id, actor: id === 3 ? 'ada' : 'bob' }))
  expect(unread(done, 1, 'ada')).toBe('2')
  expect(unread(done, 4, 'ada')).toBe('')
  const many = Array.from({ length: 50 }, (_, index) => ({ id: 50 - index, actor: 'bob' }))
  expect(unread(many, 0, 'ada')).toBe('50+')
})
