/** A resource of a Terraform state, and what makes a client of it. */

import type { JsonObject } from '../../../core/json/json.ts'
import type { ImportedClient, Loss } from '../imported.ts'

/** One resource as the state has it. */
export interface Resource {
  /** Its address, for messages. */
  readonly address: string
  readonly type: string
  readonly attributes: JsonObject
  /** Attributes that the state marks as sensitive. */
  readonly sensitive: readonly string[]
  /** Whether its client has a secret. */
  readonly hasSecret?: boolean
}

/** What a kind of resource becomes; `all`: every resource of the state, since some are split over several. */
export type ResourceReader = (
  resource: Resource,
  all: readonly Resource[],
) => {
  readonly client: Omit<ImportedClient, 'about'>
  readonly losses: readonly Omit<Loss, 'about'>[]
}
