import { expect, test } from 'vitest'
import type { RunningStep } from '@/api/client'
import { progressOf } from './look'

function step(name: string, replica: number, replicas: number, state: RunningStep['state']): RunningStep {
  return { id: `${name}-${replica}`, name, replica, replicas, state, variables: {}, started: '' }
}

test('a step waits until it is launched, runs until all of it ended, and fails as soon as a part did', () => {
  const one = step('split', 1, 1, 'success')
  const two = [step('work', 2, 2, 'running'), step('work', 1, 2, 'success')]
  expect(progressOf('join', [one, ...two])).toMatchObject({ state: 'waiting', done: 0 })
  expect(progressOf('split', [one, ...two])).toMatchObject({ state: 'success', done: 1, replicas: 1 })
  expect(progressOf('work', [one, ...two])).toMatchObject({ state: 'running', done: 1, replicas: 2 })
  expect(progressOf('work', two).launched.map(({ replica }) => replica)).toEqual([1, 2])
  expect(progressOf('work', two.slice(1)).state).toBe('running')
  expect(progressOf('work', [step('work', 1, 2, 'failure'), ...two.slice(0, 1)]).state).toBe('failure')
})
