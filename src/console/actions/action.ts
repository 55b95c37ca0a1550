/** What every action on a client gets of the view that it stands in. */

import type { Client, ClientAddress, Permission, Provider } from '../../sdk/index.ts'
import type { ProposalFor } from '../client/proposal.ts'

export interface ActionProps {
  readonly address: ClientAddress
  readonly client: Client
  readonly provider: Provider | undefined
  /** What the caller may do here, perhaps within limits that only the server can judge. */
  readonly rights: readonly Permission[]
  /** Shows the plan. */
  propose(make: ProposalFor): void
}
