import { expect, it } from 'vitest'
import { tookBefore } from './took'

const spread = (median: number, p90 = median) => ({ median, p90 })

it('says what runs took before', () => {
  const some = { runs: 12, seconds: spread(3, 8), memory_bytes: spread(1 << 20, 2 << 20), output_bytes: spread(1024) }
  expect(tookBefore(some)).toBe(
    'Half of the last 12 runs took at most 3.0 s, nine in ten at most 8.0 s; up to 2 MiB of memory; 1 KiB of results.',
  )
  expect(tookBefore({ runs: 2, seconds: spread(3) })).toBe('Half of the last 2 runs took at most 3.0 s.')
  expect(tookBefore({ runs: 1, seconds: spread(70) })).toBe('The last run took 1 min 10 s.')
  expect(tookBefore({ runs: 0 })).toContain('no run')
})
