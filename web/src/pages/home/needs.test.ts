import { expect, it } from 'vitest'
import { endingSoon, leftLying, nearlyFull } from './needs'

const NOW = Date.parse('2026-01-10T00:00:00Z')
const token = (name: string, expires: string) => ({ id: name, name, created: '2025-12-01T00:00:00Z', expires })

it('finds the tokens that end within a week', () => {
  const tokens = [
    token('later', '2026-03-01T00:00:00Z'),
    token('friday', '2026-01-16T00:00:00Z'),
    token('tomorrow', '2026-01-11T00:00:00Z'),
    token('gone', '2026-01-09T00:00:00Z'),
  ]
  expect(endingSoon(tokens, NOW).map((one) => one.name)).toEqual(['tomorrow', 'friday'])
})

it('tells uploads that were broken off from those that go on', () => {
  const upload = (id: string, expires: string) => ({ id, size: 10, offset: 4, metadata: {}, created: '', expires })
  const uploads = [upload('going-on', '2026-01-16T23:59:30Z'), upload('left', '2026-01-16T12:00:00Z')]
  expect(leftLying(uploads, NOW).map((one) => one.id)).toEqual(['left'])
})

it('says how full a quota is once it is nearly used', () => {
  const account = (used: number, reserved: number, quota: number) => ({ used, reserved, quota, free: 0 })
  expect(nearlyFull(account(50, 10, 100))).toBeNull()
  expect(nearlyFull(account(85, 10, 100))).toBe(95)
  expect(nearlyFull(account(0, 0, 0))).toBe(100)
})
