import { readFileSync } from 'node:fs'
import { QueryClient } from '@tanstack/react-query'
import { expect, it } from 'vitest'
import { createAppRouter } from './router'

it('loads every page only when it is opened', () => {
  const source = readFileSync(new URL('./router.tsx', import.meta.url), 'utf8')
  const pages = Object.keys(createAppRouter(new QueryClient()).routesByPath)
  expect(source.match(/lazyRouteComponent\(\(\) => import\(/g)).toHaveLength(pages.length)
})
