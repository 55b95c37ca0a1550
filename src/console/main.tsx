/** The console starts here. */

import './styles.css'
import { QueryClient, QueryClientProvider } from '@tanstack/react-query'
import { createRoot } from 'react-dom/client'
import { App } from './frame/app.tsx'
import { Failure } from './frame/failure.tsx'
import { loadSession, watchSession } from './frame/session.ts'

/** The SDK repeats what can be repeated; an answer is good for as long as someone may look at it. */
const queries = new QueryClient({
  defaultOptions: { queries: { retry: false, staleTime: 15_000, refetchOnWindowFocus: false } },
})

const element = document.getElementById('root')
if (element !== null) {
  const root = createRoot(element)
  const show = () =>
    loadSession().then(
      () =>
        root.render(
          <QueryClientProvider client={queries}>
            <App />
          </QueryClientProvider>,
        ),
      (error: unknown) => root.render(<Failure error={error} again={() => void show()} />),
    )
  watchSession()
  void show()
}
