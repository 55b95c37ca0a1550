/** A copy of the client at another place, with a report of what becomes of each of its settings. */

import { type ReactNode, useState } from 'react'
import { visible } from '../../core/page/text.ts'
import type { ClientAddress, CopyRequest } from '../../sdk/index.ts'
import { rightsAt, useCaller } from '../client/client-data.ts'
import { type ProposalFor, plannedOf } from '../client/proposal.ts'
import { hrefOfClient, useProviders } from '../clients/client-search.ts'
import { ChoiceInput, PlanForm, TextInput } from '../frame/form.tsx'
import { api } from '../frame/session.ts'
import { TEXTS } from '../frame/texts.ts'
import type { ActionProps } from './action.ts'
import { CopyReportView } from './copy-report.tsx'

/** Where the caller may make a copy. */
function useTargets() {
  const { data: providers = [] } = useProviders()
  const { data: caller } = useCaller()
  return providers.filter(({ id }) => rightsAt(caller, id).includes('clients:write'))
}

export function Copying({ address, client, propose }: ActionProps): ReactNode {
  const providers = useTargets()
  const [wish, setWish] = useState(client.provider)
  const [pool, setPool] = useState(client.userPoolId ?? '')
  const [name, setName] = useState('')
  const target = providers.find(({ id }) => id === wish) ?? providers[0]
  if (target === undefined) return null
  const preview = () => {
    const newName = name.trim()
    const request: CopyRequest = {
      provider: target.id,
      ...(target.userPools ? { userPoolId: pool.trim() } : {}),
      ...(newName === '' ? {} : { client: { name: newName } }),
    }
    propose(copy(address, request))
  }
  return (
    <section className="group" aria-labelledby="copy">
      <h2 id="copy">{TEXTS.copy}</h2>
      <p className="quiet">{TEXTS.copySays}</p>
      <PlanForm label={TEXTS.copy} verb={TEXTS.previewCopy} onSubmit={preview}>
        <ChoiceInput
          label={TEXTS.copyTo}
          value={target.id}
          options={providers.map(({ id }) => [id, visible(id)] as const)}
          onChange={setWish}
        />
        {target.userPools && (
          <TextInput label={TEXTS.userPool} value={pool} isRequired onChange={setPool} />
        )}
        <TextInput label={TEXTS.copyName} value={name} onChange={setName} />
      </PlanForm>
    </section>
  )
}

const copy =
  (address: ClientAddress, request: CopyRequest): ProposalFor =>
  (ifMatch) => {
    // Known once the plan is there: what gets lost someone has to agree to.
    let allowLoss = false
    return {
      title: TEXTS.copyTitle,
      verb: TEXTS.copyVerb,
      plan: async (signal) => {
        const { body } = await api.copyClient(address, request, {
          ...{ dryRun: true as const, ifMatch, signal },
        })
        allowLoss = body.report.lost.length > 0
        const consent = allowLoss ? { consent: TEXTS.lossConsent } : {}
        const facts = <CopyReportView report={body.report} />
        // What it is made of is in the report; beside that it would be shown twice.
        return { ...plannedOf(body), changes: [], facts, hasEffect: true, ...consent }
      },
      carryOut: async (idempotencyKey) => {
        const wish = allowLoss ? { ...request, allowLoss } : request
        const { body } = await api.copyClient(address, wish, { ifMatch, idempotencyKey })
        const shown = (
          <p>
            <a href={hrefOfClient(body)}>{TEXTS.toCopy}</a>
          </p>
        )
        return { says: TEXTS.copyDone, shown }
      },
    }
  }
