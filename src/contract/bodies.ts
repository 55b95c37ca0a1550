/** Every body that a request or an answer can have, by the name that the OpenAPI description gives it. */

import type { ClientBodies } from './clients.ts'
import type { CommonBodies } from './common.ts'
import type { HistoryBodies } from './history.ts'
import type { JobBodies } from './jobs.ts'
import type { LeaseBodies } from './leases.ts'
import type { LifeBodies } from './life.ts'
import type { LintBodies } from './lint.ts'
import type { MoveBodies } from './moves.ts'
import type { OverviewBodies } from './overview/overview.ts'
import type { ProviderBodies } from './providers.ts'
import type { RequestBodies } from './requests/requests.ts'
import type { SecretBodies } from './secrets.ts'
import type { ServerBodies } from './server.ts'
import type { StandingBodies } from './standing.ts'

/** All of them: one name, one interface. */
export interface Bodies
  extends CommonBodies,
    ClientBodies,
    LifeBodies,
    StandingBodies,
    SecretBodies,
    LeaseBodies,
    MoveBodies,
    HistoryBodies,
    LintBodies,
    JobBodies,
    RequestBodies,
    OverviewBodies,
    ProviderBodies,
    ServerBodies {}

export type BodyName = keyof Bodies
