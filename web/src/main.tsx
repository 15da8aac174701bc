import '@mantine/core/styles.css'
import '@mantine/notifications/styles.css'
import './app/app.css'
import { StrictMode } from 'react'
import { createRoot } from 'react-dom/client'
import { createQueries } from './api/query'
import { App } from './app/App'
import { createAppRouter } from './router/router'

const queries = createQueries()
const router = createAppRouter(queries)
const root = document.getElementById('root')
if (root) {
  createRoot(root).render(
    <StrictMode>
      <App queries={queries} router={router} />
    </StrictMode>,
  )
}
