/** The secrets of a client: which are live, a new one, the end of one. A value is copied, and never stands on the page by itself. */

import { type ReactNode, useState } from 'react'
import { visible } from '../../core/page/text.ts'
import type { ClientAddress, LiveSecret } from '../../sdk/index.ts'
import { useSecrets } from '../client/client-data.ts'
import { type ProposalFor, plannedOf } from '../client/proposal.ts'
import { Time } from '../clients/columns.tsx'
import { CopyValue } from '../frame/copy-value.tsx'
import { Failure } from '../frame/failure.tsx'
import { ChoiceInput, PlanForm } from '../frame/form.tsx'
import { api } from '../frame/session.ts'
import { TEXTS } from '../frame/texts.ts'
import { Visible } from '../frame/visible-text.tsx'
import type { ActionProps } from './action.ts'
import { RevealSecret } from './reveal.tsx'

export function Secrets({ address, rights, propose }: ActionProps): ReactNode {
  const { data, error, refetch } = useSecrets(address)
  const [retireAfter, setRetireAfter] = useState('')
  const mayRotate = rights.includes('secrets:rotate')
  const { secrets = [], atOnce = 0 } = data ?? {}
  const isCutOver = atOnce === 1
  return (
    <section className="group" aria-labelledby="secrets">
      <h2 id="secrets">{TEXTS.secrets}</h2>
      {error !== null && <Failure error={error} again={() => void refetch()} />}
      {data !== undefined && secrets.length === 0 && <p className="quiet">{TEXTS.noSecrets}</p>}
      <ul className="plain">
        {secrets.map((one) => (
          <li key={one.id}>
            <SecretFacts secret={one} />
            {mayRotate && secrets.length > 1 && (
              <button
                type="button"
                aria-label={TEXTS.retireNamed(visible(one.id))}
                onClick={() => propose(retirement(address, one.id))}
              >
                {TEXTS.retire}
              </button>
            )}
          </li>
        ))}
      </ul>
      {rights.includes('secrets:read') && secrets.length > 0 && <RevealSecret address={address} />}
      {!mayRotate && <p className="quiet">{TEXTS.noRight('secrets:rotate')}</p>}
      {mayRotate && atOnce > 0 && (
        <PlanForm
          label={TEXTS.rotate}
          verb={TEXTS.previewRotation}
          onSubmit={() => propose(rotation(address, isCutOver, Number(retireAfter)))}
        >
          {isCutOver ? (
            <p>{TEXTS.cutOverSays}</p>
          ) : (
            <ChoiceInput
              label={TEXTS.oldSecret}
              value={retireAfter}
              options={TEXTS.retireAfter}
              onChange={setRetireAfter}
            />
          )}
        </PlanForm>
      )}
    </section>
  )
}

function SecretFacts({ secret }: { readonly secret: LiveSecret }): ReactNode {
  const { id, createdAt, hint, retiresAt, expiresAt } = secret
  return (
    <span>
      <code>
        <Visible text={id} />
      </code>{' '}
      <span className="quiet facts">
        {hint !== undefined && (
          <>
            {TEXTS.endsWith} <Visible text={hint} />{' '}
          </>
        )}
        {createdAt !== undefined && (
          <>
            {TEXTS.made} <Time time={createdAt} />{' '}
          </>
        )}
        {retiresAt !== undefined && TEXTS.endsAt(retiresAt)}{' '}
        {expiresAt !== undefined && TEXTS.expiresAt(expiresAt)}
      </span>
    </span>
  )
}

const rotation =
  (address: ClientAddress, cutOver: boolean, retireAfterSeconds: number): ProposalFor =>
  (ifMatch) => {
    const request = {
      ...(cutOver ? { cutOver } : {}),
      ...(retireAfterSeconds > 0 ? { retireAfterSeconds } : {}),
    }
    return {
      title: TEXTS.rotateTitle,
      verb: TEXTS.rotate,
      plan: async (signal) => {
        const { body } = await api.rotateSecret(address, request, {
          ...{ dryRun: true as const, ifMatch, signal },
        })
        const facts = (
          <>
            <p>{cutOver ? TEXTS.cutOverSays : TEXTS.rotateSays}</p>
            <Remaining secrets={body.previous} />
          </>
        )
        const consent = cutOver ? { consent: TEXTS.cutOverConsent } : {}
        return { ...plannedOf(body), facts, hasEffect: true, ...consent }
      },
      carryOut: async (idempotencyKey) => {
        const { body } = await api.rotateSecret(address, request, { ifMatch, idempotencyKey })
        const { value } = body.secret
        const shown = value === null ? <p>{TEXTS.valueGone}</p> : <CopyValue value={value} isOnce />
        return { says: TEXTS.rotateDone, shown }
      },
    }
  }

const retirement =
  (address: ClientAddress, secretId: string): ProposalFor =>
  (ifMatch) => ({
    title: TEXTS.retireTitle,
    verb: TEXTS.retire,
    plan: async (signal) => {
      const { body } = await api.retireSecret(address, secretId, { dryRun: true, ifMatch, signal })
      const facts = <Remaining secrets={body.secrets} />
      return { ...plannedOf(body), facts, hasEffect: true, consent: TEXTS.retireConsent }
    },
    carryOut: async (idempotencyKey) => {
      await api.retireSecret(address, secretId, { ifMatch, idempotencyKey })
      return { says: TEXTS.retireDone }
    },
  })

function Remaining({ secrets }: { readonly secrets: readonly LiveSecret[] }): ReactNode {
  if (secrets.length === 0) return null
  return (
    <section>
      <h3>{TEXTS.stillLive}</h3>
      <ul className="plain">
        {secrets.map((one) => (
          <li key={one.id}>
            <SecretFacts secret={one} />
          </li>
        ))}
      </ul>
    </section>
  )
}
