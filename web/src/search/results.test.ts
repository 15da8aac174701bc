import { expect, test } from 'vitest'
import { groupsOf, stepped } from './results'

test('what was found is grouped by kind, and kinds without a hit are left out', () => {
  const groups = groupsOf({
    datasets: [{ id: 'dataset-1', name: 'rain', title: 'Rain gauges', owner: 'ada', latest: 1 }],
    tools: [],
    runs: [
      { id: 'run-1', tool: 'plot', state: 'failed', submitted_by: 'ada', created_at: '2026-01-01T00:00:00Z' },
      {
        id: 'run-2',
        name: 'rain of May',
        tool: 'plot',
        state: 'succeeded',
        submitted_by: 'bob',
        created_at: '2026-01-01T00:00:00Z',
      },
    ],
  })
  expect(groups.map((group) => group.title)).toEqual(['Data sets', 'Runs'])
  expect(groups[0]?.hits[0]).toMatchObject({ name: 'rain', about: 'Rain gauges · of ada', to: '/data/dataset-1' })
  expect(groups[1]?.hits.map((hit) => [hit.name, hit.about])).toEqual([
    ['plot', 'of ada'],
    ['rain of May', 'plot · of bob'],
  ])
})

test('arrows go round', () => {
  expect([stepped('ArrowDown', 2, 3), stepped('ArrowUp', 0, 3), stepped('ArrowDown', -1, 3)]).toEqual([0, 2, 0])
  expect([stepped('Enter', 0, 3), stepped('ArrowDown', 0, 0)]).toEqual([null, null])
})
