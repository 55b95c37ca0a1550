/** The formats that can be imported, by the names of the command line. */

import { readCloudFormation } from './cloudformation/cloudformation.ts'
import { readDeployCli } from './deploy-cli.ts'
import type { Reading, Source } from './imported.ts'
import { readKeycloakRealm } from './keycloak-realm.ts'
import { readNative } from './native.ts'
import { readTerraform } from './terraform/terraform.ts'

export interface Format {
  readonly says: string
  /** Which files of a directory belong to it, by their paths in it. */
  readonly isPart: RegExp
  /** `readBeside` reads a file that a source names. */
  read(
    sources: readonly Source[],
    readBeside: (source: Source, name: string) => string | undefined,
  ): Reading
}

export const FORMATS: Readonly<Record<string, Format>> = {
  'auth0-deploy-cli': {
    says: 'tenant.yaml, or the directory form; config.json for the values of keywords',
    isPart: /^(tenant\.ya?ml|config[^/]*\.json|clients\/[^/]+\.json)$/,
    read: readDeployCli,
  },
  cloudformation: {
    says: 'CloudFormation, SAM and CDK templates',
    isPart: /^[^/]+\.(template|template\.json|ya?ml)$/,
    read: readCloudFormation,
  },
  terraform: {
    says: 'a state, or the output of terraform show -json',
    isPart: /^[^/]+\.tfstate$/,
    read: readTerraform,
  },
  'keycloak-realm': {
    says: 'an export of a realm, or of single clients',
    isPart: /^[^/]+\.json$/,
    read: readKeycloakRealm,
  },
  native: {
    says: "records in the provider's own JSON, or RFC 7591 metadata",
    isPart: /^[^/]+\.json$/,
    read: readNative,
  },
}
