/** Moves: a redirect URI gives way to another, in three steps, so that no login fails between them. */

import { type ReactNode, useState } from 'react'
import { visible } from '../../core/page/text.ts'
import type { ClientAddress, Move, Moves as OpenMoves } from '../../sdk/index.ts'
import { useMoves } from '../client/client-data.ts'
import { Lines } from '../client/plan-body.tsx'
import { type ProposalFor, plannedOf } from '../client/proposal.ts'
import { Failure } from '../frame/failure.tsx'
import { ChoiceInput, PlanForm, TextInput } from '../frame/form.tsx'
import { api } from '../frame/session.ts'
import { TEXTS } from '../frame/texts.ts'
import { Visible } from '../frame/visible-text.tsx'
import type { ActionProps } from './action.ts'

export function Moves({ address, client, rights, propose }: ActionProps): ReactNode {
  const { data, error } = useMoves(address)
  const mayMove = rights.includes('clients:write')
  const { moves = [], warnings = [] } = data ?? {}
  if (client.callbacks.length === 0 && moves.length === 0) return null
  return (
    <section className="group" aria-labelledby="moves">
      <h2 id="moves">{TEXTS.moves}</h2>
      <p className="quiet">{TEXTS.movesSay}</p>
      {error !== null && <Failure error={error} />}
      {warnings.length > 0 && <Lines values={warnings.map(({ message }) => message)} />}
      <ul className="plain">
        {moves.map((move) => (
          <li key={move.from}>
            <MoveFacts move={move} />
            {mayMove && <MoveButtons {...{ address, move, propose }} />}
          </li>
        ))}
      </ul>
      {!mayMove && <p className="quiet">{TEXTS.noRight('clients:write')}</p>}
      {mayMove && <NewMove {...{ address, client, propose }} />}
    </section>
  )
}

function MoveFacts({ move }: { readonly move: Move }): ReactNode {
  const { from, to, state, narrowFrom, narrowAt } = move
  return (
    <span>
      <span className="text">
        <Visible text={from} /> → <Visible text={to} />
      </span>{' '}
      <span className="quiet facts">
        {TEXTS.moveStates[state]} {narrowFrom !== undefined && TEXTS.narrowFrom(narrowFrom)}{' '}
        {narrowAt !== undefined && TEXTS.narrowAt(narrowAt)}
      </span>
    </span>
  )
}

interface ButtonsProps extends Pick<ActionProps, 'address' | 'propose'> {
  readonly move: Move
}

function MoveButtons({ address, move, propose }: ButtonsProps): ReactNode {
  const { from, state } = move
  return (
    <span className="value">
      {state === 'widened' && (
        <button
          type="button"
          aria-label={TEXTS.narrowNamed(visible(from))}
          onClick={() => propose(narrowing(address, from))}
        >
          {TEXTS.narrow}
        </button>
      )}
      <button
        type="button"
        aria-label={TEXTS.endMoveNamed(visible(from))}
        onClick={() => propose(giveUp(address, from))}
      >
        {TEXTS.endMove}
      </button>
    </span>
  )
}

function NewMove({
  address,
  client,
  propose,
}: Pick<ActionProps, 'address' | 'client' | 'propose'>): ReactNode {
  const [chosen, setChosen] = useState('')
  const [to, setTo] = useState('')
  const [after, setAfter] = useState('')
  const { callbacks } = client
  const from = callbacks.includes(chosen) ? chosen : callbacks[0]
  if (from === undefined) return null
  return (
    <PlanForm
      label={TEXTS.newMove}
      verb={TEXTS.previewMove}
      onSubmit={() => propose(moving(address, { from, to: to.trim() }, Number(after)))}
    >
      <ChoiceInput
        label={TEXTS.moveFrom}
        value={from}
        options={callbacks.map((one) => [one, visible(one)] as const)}
        onChange={setChosen}
      />
      <TextInput label={TEXTS.moveTo} value={to} isRequired onChange={setTo} />
      <ChoiceInput
        label={TEXTS.narrowWhen}
        value={after}
        options={TEXTS.narrowTimes}
        onChange={setAfter}
      />
    </PlanForm>
  )
}

const moving =
  (
    address: ClientAddress,
    uris: { readonly from: string; readonly to: string },
    narrowAfterSeconds: number,
  ): ProposalFor =>
  (ifMatch) => {
    const narrowAt = new Date(Date.now() + narrowAfterSeconds * 1_000).toISOString()
    const request = { ...uris, ...(narrowAfterSeconds > 0 ? { narrowAt } : {}) }
    return {
      title: TEXTS.moveTitle,
      verb: TEXTS.moveVerb,
      plan: async (signal) => {
        const { body } = await api.moveRedirect(address, request, {
          ...{ dryRun: true as const, ifMatch, signal },
        })
        const facts = (
          <p>
            {TEXTS.moveSays} {narrowAfterSeconds > 0 && TEXTS.narrowAt(narrowAt)}
          </p>
        )
        return { ...plannedOf(body), facts, hasEffect: true }
      },
      carryOut: async (idempotencyKey) => {
        const { body } = await api.moveRedirect(address, request, { ifMatch, idempotencyKey })
        return { says: TEXTS.moveDone[stateOf(body, uris.from)] }
      },
    }
  }

const stateOf = ({ moves }: OpenMoves, from: string) =>
  moves.find((one) => one.from === from)?.state ?? 'widening'

const narrowing =
  (address: ClientAddress, from: string): ProposalFor =>
  (ifMatch) => ({
    title: TEXTS.narrowTitle,
    verb: TEXTS.narrow,
    plan: async (signal) => {
      const { body } = await api.narrowMove(address, { from }, { dryRun: true, ifMatch, signal })
      return { ...plannedOf(body), hasEffect: true }
    },
    carryOut: async (idempotencyKey) => {
      await api.narrowMove(address, { from }, { ifMatch, idempotencyKey })
      return { says: TEXTS.narrowDone }
    },
  })

const giveUp =
  (address: ClientAddress, from: string): ProposalFor =>
  (ifMatch) => ({
    title: TEXTS.endMoveTitle,
    verb: TEXTS.endMove,
    plan: async (signal) => {
      const { body } = await api.endMove(address, { from }, { dryRun: true, ifMatch, signal })
      return { ...plannedOf(body), hasEffect: true }
    },
    carryOut: async (idempotencyKey) => {
      await api.endMove(address, { from }, { ifMatch, idempotencyKey })
      return { says: TEXTS.endMoveDone }
    },
  })
