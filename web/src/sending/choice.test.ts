import { expect, test } from 'vitest'
import { chosenFiles, nameFault, suggestedName, together } from './choice'
import { rate, sampled, timeLeft, type Sample } from './rate'

const file = (name: string) => new File(['x'], name)
const chosen = (path: string) => ({ path, file: file(path) })

test('files chosen twice are kept once, the newer ones, in the order of their paths', () => {
  const newer = chosen('a.csv')
  expect(together([chosen('b.csv'), chosen('a.csv')], [newer])).toEqual([newer, chosen('b.csv')])
  expect(chosenFiles([file('a.csv')])[0]?.path).toBe('a.csv')
})

test('a name is suggested from the folder or the first file, and is a good one', () => {
  expect(suggestedName([chosen('Rain Gauges 2021.csv')])).toBe('rain-gauges-2021')
  expect(suggestedName([chosen('Été 2021/may.csv')])).toBe('e-te-2021')
  expect(suggestedName([chosen('.hidden.txt')])).toBe('hidden')
  expect(suggestedName([])).toBe('')
  expect([nameFault('rain.2021'), nameFault('')]).toEqual([null, 'Give it a name'])
  expect(nameFault('Rain')).toContain('Lower-case')
})

test('the rate is that of the last seconds', () => {
  let samples: Sample[] = []
  for (let second = 0; second <= 20; second += 1) samples = sampled(samples, { at: second * 1000, bytes: second * 500 })
  expect(rate(samples)).toBe(500)
  expect(samples.length).toBeLessThan(8)
  expect(timeLeft(20_000, 10_000, 500)).toBe(20_000)
  expect([rate([]), timeLeft(1, 0, 0)]).toEqual([0, null])
})
