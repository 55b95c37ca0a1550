/** How each format is read that can be imported. */

import { readCloudFormation } from './cloudformation/cloudformation.ts'
import { readDeployCli } from './deploy-cli.ts'
import type { FormatName } from './format-names.ts'
import type { Reading, Source } from './imported.ts'
import { readKeycloakRealm } from './keycloak-realm.ts'
import { readNative } from './native.ts'
import { readTerraform } from './terraform/terraform.ts'

export interface Format {
  /** Which files of a directory belong to it, by their paths in it. */
  readonly isPart: RegExp
  /** `readBeside` reads a file that a source names. */
  read(
    sources: readonly Source[],
    readBeside: (source: Source, name: string) => string | undefined,
  ): Reading
}

export const FORMATS: Readonly<Record<FormatName, Format>> = {
  'auth0-deploy-cli': {
    isPart: /^(tenant\.ya?ml|config[^/]*\.json|clients\/[^/]+\.json)$/,
    read: readDeployCli,
  },
  cloudformation: {
    isPart: /^[^/]+\.(template|template\.json|ya?ml)$/,
    read: readCloudFormation,
  },
  terraform: {
    isPart: /^[^/]+\.tfstate$/,
    read: readTerraform,
  },
  'keycloak-realm': {
    isPart: /^[^/]+\.json$/,
    read: readKeycloakRealm,
  },
  native: {
    isPart: /^[^/]+\.json$/,
    read: readNative,
  },
}
