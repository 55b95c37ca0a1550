/** The frame of the console: who is signed in, which view is shown, and what to do when the session has ended. */

import { Component, lazy, type ReactNode, Suspense, useEffect, useRef, useState } from 'react'
import type { Permission } from '../../sdk/index.ts'
import { CHANGES, rightsAt, useCaller } from '../client/client-data.ts'
import { ClientsView } from '../clients/clients-view.tsx'
import { Failure } from './failure.tsx'
import { hrefOf, usePlace } from './place.ts'
import { loadSession, signIn, signInInTab, signOut, useSession } from './session.ts'
import { TEXTS } from './texts.ts'
import { Visible } from './visible-text.tsx'

const CapabilitiesView = lazy(async () => ({
  default: (await import('../capabilities/capabilities-view.tsx')).CapabilitiesView,
}))
const CompareView = lazy(async () => ({
  default: (await import('../compare/compare-view.tsx')).CompareView,
}))
const HistoryView = lazy(async () => ({
  default: (await import('../history/history-view.tsx')).HistoryView,
}))
const RequestsView = lazy(async () => ({
  default: (await import('../requests/requests-view.tsx')).RequestsView,
}))
const RequestView = lazy(async () => ({
  default: (await import('../requests/request-view.tsx')).RequestView,
}))
const OverviewView = lazy(async () => ({
  default: (await import('../overview/overview-view.tsx')).OverviewView,
}))
const FindingsView = lazy(async () => ({
  default: (await import('../findings/findings-view.tsx')).FindingsView,
}))
const JobsView = lazy(async () => ({
  default: (await import('../jobs/jobs-view.tsx')).JobsView,
}))
const JobView = lazy(async () => ({
  default: (await import('../jobs/job-view.tsx')).JobView,
}))
// Not needed to see the table.
const ClientView = lazy(async () => ({
  default: (await import('../client/client-view.tsx')).ClientView,
}))

export function App(): ReactNode {
  const { current, signIn: where, isKnown, hasEnded } = useSession()
  if (!isKnown) return <p className="loading">{TEXTS.loading}</p>
  if (current === undefined) return <SignIn where={where} />
  return (
    <>
      <button type="button" className="skip" onClick={focusContent}>
        {TEXTS.skip}
      </button>
      <header className="bar">
        <a className="brand" href={hrefOf('overview', {})}>
          {TEXTS.name}
        </a>
        <Views />
        <span className="who">
          <span className="quiet">{TEXTS.signedInAs} </span>
          <Visible text={current.subject} />
        </span>
        <button type="button" onClick={() => void signOut()}>
          {TEXTS.signOut}
        </button>
      </header>
      <main id="content" tabIndex={-1}>
        <Guard>
          <Suspense fallback={<p className="loading">{TEXTS.loading}</p>}>
            <View />
          </Suspense>
        </Guard>
      </main>
      {hasEnded && <Ended />}
    </>
  )
}

const focusContent = () => document.getElementById('content')?.focus()

const VIEWS = [
  'overview',
  'clients',
  'findings',
  'jobs',
  'requests',
  'history',
  'compare',
  'capabilities',
] as const

/** Permissions of which one is needed anywhere; a view without them is there for everyone. */
const NEEDED: { readonly [V in (typeof VIEWS)[number]]?: readonly Permission[] } = {
  jobs: ['jobs:read'],
  requests: CHANGES,
  history: ['history:read'],
}

/** The views that the caller may see anything in. */
function Views(): ReactNode {
  const { view } = usePlace()
  const { data: caller } = useCaller()
  const held = (caller?.providers ?? []).flatMap(({ provider }) => rightsAt(caller, provider))
  const views = VIEWS.filter((one) => NEEDED[one]?.some((each) => held.includes(each)) ?? true)
  return (
    <nav aria-label={TEXTS.views}>
      {views.map((one) => (
        <a key={one} href={hrefOf(one, {})} {...(one === view ? { 'aria-current': 'page' } : {})}>
          {TEXTS[one]}
        </a>
      ))}
    </nav>
  )
}

function View(): ReactNode {
  const place = usePlace()
  if (place.view === 'overview') return <OverviewView />
  if (place.view === 'findings') return <FindingsView place={place} />
  if (place.view === 'history') return <HistoryView place={place} />
  if (place.view === 'jobs') return <JobsView place={place} />
  if (place.view === 'job') {
    const id = place.params.get('id') ?? ''
    return <JobView key={id} id={id} place={place} />
  }
  if (place.view === 'requests') return <RequestsView place={place} />
  if (place.view === 'request') {
    const id = place.params.get('id') ?? ''
    return <RequestView key={id} id={id} />
  }
  if (place.view === 'capabilities') return <CapabilitiesView />
  if (place.view === 'compare') return <CompareView place={place} />
  if (place.view !== 'client') return <ClientsView place={place} />
  const { params } = place
  const address = {
    id: params.get('id') ?? '',
    ...(params.has('provider') ? { provider: params.get('provider') ?? '' } : {}),
    ...(params.has('pool') ? { userPoolId: params.get('pool') ?? '' } : {}),
  }
  return <ClientView key={JSON.stringify(address)} address={address} />
}

function SignIn({
  where,
}: {
  readonly where: { url: string; issuer: string } | undefined
}): ReactNode {
  const [error, setError] = useState<unknown>()
  const isElsewhere = where !== undefined && new URL(where.url).origin !== window.location.origin
  return (
    <main className="sign-in">
      <h1>{TEXTS.name}</h1>
      <p>{TEXTS.signInIntro}</p>
      {where === undefined && <p>{TEXTS.noConsole}</p>}
      {isElsewhere && (
        <p>
          {TEXTS.elsewhere} <a href={where.url}>{TEXTS.goThere}</a>
        </p>
      )}
      {where !== undefined && !isElsewhere && (
        <>
          <button type="button" className="main" onClick={() => void signIn().catch(setError)}>
            {TEXTS.signIn}
          </button>
          <p className="quiet">{TEXTS.signInAt(where.issuer)}</p>
        </>
      )}
      {error !== undefined && <Failure error={error} />}
    </main>
  )
}

/** Above everything, so that nothing that was entered is lost. */
function Ended(): ReactNode {
  const dialog = useRef<HTMLDialogElement>(null)
  const [error, setError] = useState<unknown>()
  useEffect(() => {
    dialog.current?.showModal()
  }, [])
  return (
    <dialog ref={dialog} aria-labelledby="ended" onCancel={(event) => event.preventDefault()}>
      <h2 id="ended">{TEXTS.ended}</h2>
      <p>{TEXTS.endedSays}</p>
      <div className="buttons">
        <button type="button" className="main" onClick={() => void signInInTab().catch(setError)}>
          {TEXTS.signInInTab}
        </button>
        <button type="button" onClick={() => void loadSession().catch(setError)}>
          {TEXTS.goOn}
        </button>
      </div>
      {error !== undefined && <Failure error={error} />}
    </dialog>
  )
}

/** A part that could not be loaded, or a fault of ours, leaves the frame usable. */
class Guard extends Component<{ readonly children: ReactNode }, { readonly error?: unknown }> {
  override state: { readonly error?: unknown } = {}

  static getDerivedStateFromError(error: unknown) {
    return { error }
  }

  override render(): ReactNode {
    if (this.state.error === undefined) return this.props.children
    return (
      <div className="failure" role="alert">
        <h1 className="hidden">{TEXTS.name}</h1>
        <p>{TEXTS.reloadSays}</p>
        <button type="button" onClick={() => window.location.reload()}>
          {TEXTS.reload}
        </button>
      </div>
    )
  }
}
