import { QueryClientProvider } from '@tanstack/react-query'
import { RouterProvider } from '@tanstack/react-router'
import { StrictMode } from 'react'
import { createRoot } from 'react-dom/client'
import './ui/styles/base.css'
import './ui/styles/controls.css'
import './ui/styles/kit.css'
import './app/styles/shell.css'
import { queryClient } from './app/queryClient'
import { router } from './app/router'
import { startLanguage } from './locales/i18n'

const place = document.getElementById('root')

async function start(): Promise<void> {
  await startLanguage()
  // The skeleton stays until the first page can be drawn whole.
  await router.load().catch(() => undefined)
  if (!place) return
  createRoot(place).render(
    <StrictMode>
      <QueryClientProvider client={queryClient}>
        <RouterProvider router={router} />
      </QueryClientProvider>
    </StrictMode>,
  )
}

void start()
