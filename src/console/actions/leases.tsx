/** Leases: values that are in a list of the client for a time; opened, renewed and ended here. */

import { type ReactNode, useState } from 'react'
import { visible } from '../../core/page/text.ts'
import type { ClientAddress, JsonObject, Lease, LeaseField } from '../../sdk/index.ts'
import { FIELD_ROWS, LEASABLE } from '../client/fields.ts'
import { type ProposalFor, plannedOf } from '../client/proposal.ts'
import { ChoiceInput, PlanForm, TextInput } from '../frame/form.tsx'
import { api } from '../frame/session.ts'
import { TEXTS } from '../frame/texts.ts'
import { Visible } from '../frame/visible-text.tsx'
import type { ActionProps } from './action.ts'

const FIELDS = Object.keys(LEASABLE) as readonly LeaseField[]
/** As docs/leases.md has them. */
const LONGEST_OWNER = 128
const LONGEST_VALUE = 512

export function Leases({ address, client, provider, rights, propose }: ActionProps): ReactNode {
  const { leases = [] } = client
  const mayLease = rights.includes('leases:write')
  const fields = FIELDS.filter((name) => {
    const capability: JsonObject = provider?.fields[name] ?? {}
    return capability.support !== 'missing'
  })
  return (
    <section className="group" aria-labelledby="leases">
      <h2 id="leases">{TEXTS.leases}</h2>
      {leases.length === 0 && <p className="quiet">{TEXTS.noLeases}</p>}
      <ul className="plain">
        {leases.map((lease) => (
          <li key={`${lease.field} ${lease.value} ${lease.owner}`}>
            <LeaseFacts lease={lease} />
            {mayLease && <LeaseButtons {...{ address, lease, propose }} />}
          </li>
        ))}
      </ul>
      {!mayLease && <p className="quiet">{TEXTS.noRight('leases:write')}</p>}
      {mayLease && fields.length > 0 && <NewLease {...{ address, fields, propose }} />}
    </section>
  )
}

function LeaseFacts({ lease }: { readonly lease: Lease }): ReactNode {
  const { field, value, owner, expiresAt, kept } = lease
  return (
    <span>
      <span className="text">
        <Visible text={value} />
      </span>{' '}
      <span className="quiet facts">
        {FIELD_ROWS[field].label} · <Visible text={TEXTS.leasedBy(owner, expiresAt)} />{' '}
        {kept === true && TEXTS.leaseKept}
      </span>
    </span>
  )
}

interface ButtonsProps extends Pick<ActionProps, 'address' | 'propose'> {
  readonly lease: Lease
}

function LeaseButtons({ address, lease, propose }: ButtonsProps): ReactNode {
  const [ttl, setTtl] = useState(DEFAULT_TTL)
  const name = visible(lease.value)
  return (
    <span className="value">
      <ChoiceInput
        label={TEXTS.renewFor}
        value={ttl}
        options={TEXTS.leaseTimes}
        onChange={setTtl}
      />
      <button
        type="button"
        aria-label={TEXTS.renewNamed(name)}
        onClick={() => propose(leasing(address, lease, Number(ttl)))}
      >
        {TEXTS.renew}
      </button>
      <button
        type="button"
        aria-label={TEXTS.endLeaseNamed(name)}
        onClick={() => propose(ending(address, lease))}
      >
        {TEXTS.endLease}
      </button>
    </span>
  )
}

/** A week. */
const DEFAULT_TTL = '604800'

interface NewProps extends Pick<ActionProps, 'address' | 'propose'> {
  readonly fields: readonly LeaseField[]
}

function NewLease({ address, fields, propose }: NewProps): ReactNode {
  const [chosen, setChosen] = useState('')
  const [value, setValue] = useState('')
  const [owner, setOwner] = useState('')
  const [ttl, setTtl] = useState(DEFAULT_TTL)
  const field = fields.find((one) => one === chosen) ?? fields[0]
  if (field === undefined) return null
  return (
    <PlanForm
      label={TEXTS.newLease}
      verb={TEXTS.previewLease}
      onSubmit={() =>
        propose(leasing(address, { field, value: value.trim(), owner: owner.trim() }, Number(ttl)))
      }
    >
      <ChoiceInput
        label={TEXTS.leaseList}
        value={field}
        options={fields.map((one) => [one, FIELD_ROWS[one].label] as const)}
        onChange={setChosen}
      />
      <TextInput
        label={TEXTS.leaseValue}
        value={value}
        isRequired
        maxLength={LONGEST_VALUE}
        onChange={setValue}
      />
      <TextInput
        label={TEXTS.leaseOwner}
        value={owner}
        isRequired
        maxLength={LONGEST_OWNER}
        onChange={setOwner}
      />
      <ChoiceInput
        label={TEXTS.leaseTime}
        value={ttl}
        options={TEXTS.leaseTimes}
        onChange={setTtl}
      />
    </PlanForm>
  )
}

type Leased = Pick<Lease, 'field' | 'value' | 'owner'>

const leasing =
  (address: ClientAddress, { field, value, owner }: Leased, ttlSeconds: number): ProposalFor =>
  (ifMatch) => {
    const request = { field, value, owner, ttlSeconds }
    return {
      title: TEXTS.leaseTitle,
      verb: TEXTS.leaseVerb,
      plan: async (signal) => {
        const { body } = await api.putLease(address, request, { dryRun: true, ifMatch, signal })
        const until = new Date(Date.now() + ttlSeconds * 1_000).toISOString()
        const facts = (
          <p>
            <Visible text={value} />: <Visible text={TEXTS.leasedBy(owner, until)} />
          </p>
        )
        return { ...plannedOf(body), facts, hasEffect: true }
      },
      carryOut: async (idempotencyKey) => {
        await api.putLease(address, request, { ifMatch, idempotencyKey })
        return { says: TEXTS.leaseDone }
      },
    }
  }

const ending =
  (address: ClientAddress, { field, value, owner }: Leased): ProposalFor =>
  (ifMatch) => ({
    title: TEXTS.endLeaseTitle,
    verb: TEXTS.endLease,
    plan: async (signal) => {
      const { body } = await api.endLeases(address, {
        ...{ owner, field, value, dryRun: true as const, ifMatch, signal },
      })
      return { ...plannedOf(body), facts: <p>{TEXTS.endLeaseSays}</p>, hasEffect: true }
    },
    carryOut: async (idempotencyKey) => {
      await api.endLeases(address, { owner, field, value, ifMatch, idempotencyKey })
      return { says: TEXTS.endLeaseDone }
    },
  })
