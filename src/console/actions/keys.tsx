/** The public keys of a client: added beside those that it has, and removed. */

import { type ReactNode, useState } from 'react'
import { visible } from '../../core/page/text.ts'
import type { ClientAddress, ClientKey, JsonObject } from '../../sdk/index.ts'
import { useKeys } from '../client/client-data.ts'
import { type ProposalFor, plannedOf } from '../client/proposal.ts'
import { Failure, Fault } from '../frame/failure.tsx'
import { PlanForm, TextInput } from '../frame/form.tsx'
import { readJson } from '../frame/json-text.ts'
import { api } from '../frame/session.ts'
import { TEXTS } from '../frame/texts.ts'
import { Visible } from '../frame/visible-text.tsx'
import type { ActionProps } from './action.ts'

export function Keys({ address, rights, propose }: ActionProps): ReactNode {
  const { data, error } = useKeys(address)
  const [text, setText] = useState('')
  const [fault, setFault] = useState<string>()
  const mayChange = rights.includes('keys:manage')
  const { keys = [] } = data ?? {}
  const preview = () => {
    const key = readJson(text)
    const isKey = typeof key === 'object' && key !== null && !Array.isArray(key)
    setFault(isKey ? undefined : TEXTS.invalidKey)
    if (isKey) propose(addition(address, key as JsonObject, () => setText('')))
  }
  return (
    <section className="group" aria-labelledby="keys">
      <h2 id="keys">{TEXTS.publicKeys}</h2>
      {error !== null && <Failure error={error} />}
      {data !== undefined && keys.length === 0 && <p className="quiet">{TEXTS.noKeys}</p>}
      <ul className="plain">
        {keys.map((one) => (
          <li key={one.kid}>
            <KeyFacts clientKey={one} />
            {mayChange && (
              <button
                type="button"
                aria-label={TEXTS.removeNamed(visible(one.kid))}
                onClick={() => propose(keyRemoval(address, one.kid))}
              >
                {TEXTS.removeValue}
              </button>
            )}
          </li>
        ))}
      </ul>
      {!mayChange && <p className="quiet">{TEXTS.noRight('keys:manage')}</p>}
      {mayChange && data !== undefined && (
        <PlanForm label={TEXTS.addKey} verb={TEXTS.previewKey} onSubmit={preview}>
          <TextInput label={TEXTS.newKey} value={text} isLong isRequired onChange={setText} />
          <Fault says={fault} />
        </PlanForm>
      )}
    </section>
  )
}

function KeyFacts({ clientKey }: { readonly clientKey: ClientKey }): ReactNode {
  const { kid, kty, alg, use, name, createdAt, expiresAt, inUse } = clientKey
  const facts = [name, kty, alg, use].filter((one) => one !== undefined)
  return (
    <span>
      <code>
        <Visible text={kid} />
      </code>{' '}
      <span className="quiet facts">
        <Visible text={facts.join(' · ')} /> {createdAt !== undefined && TEXTS.madeAt(createdAt)}{' '}
        {expiresAt !== undefined && TEXTS.expiresAt(expiresAt)}{' '}
        {inUse ? TEXTS.keyInUse : TEXTS.keyNotInUse}
      </span>
    </span>
  )
}

const addition =
  (address: ClientAddress, key: JsonObject, clear: () => void): ProposalFor =>
  (ifMatch) => ({
    title: TEXTS.addKeyTitle,
    verb: TEXTS.addKey,
    plan: async (signal) => {
      const { body } = await api.addKey(address, { key }, { dryRun: true, ifMatch, signal })
      return { ...plannedOf(body), facts: <KeysAfter keys={body.keys} />, hasEffect: true }
    },
    carryOut: async (idempotencyKey) => {
      await api.addKey(address, { key }, { ifMatch, idempotencyKey })
      clear()
      return { says: TEXTS.addKeyDone }
    },
  })

const keyRemoval =
  (address: ClientAddress, kid: string): ProposalFor =>
  (ifMatch) => ({
    title: TEXTS.removeKeyTitle,
    verb: TEXTS.removeKey,
    plan: async (signal) => {
      const { body } = await api.removeKey(address, kid, { dryRun: true, ifMatch, signal })
      const facts = <KeysAfter keys={body.keys} />
      return { ...plannedOf(body), facts, hasEffect: true, consent: TEXTS.removeKeyConsent }
    },
    carryOut: async (idempotencyKey) => {
      await api.removeKey(address, kid, { ifMatch, idempotencyKey })
      return { says: TEXTS.removeKeyDone }
    },
  })

function KeysAfter({ keys }: { readonly keys: readonly ClientKey[] }): ReactNode {
  return (
    <section>
      <h3>{TEXTS.keysAfter}</h3>
      <ul className="plain">
        {keys.map((one) => (
          <li key={one.kid}>
            <KeyFacts clientKey={one} />
          </li>
        ))}
      </ul>
    </section>
  )
}
