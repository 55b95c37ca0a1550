/** The formats that can be imported, by the names of the command line; what reads them is loaded with the import. */

export const FORMAT_NAMES = {
  'auth0-deploy-cli': 'tenant.yaml, or the directory form; config.json for the values of keywords',
  cloudformation: 'CloudFormation, SAM and CDK templates',
  terraform: 'a state, or the output of terraform show -json',
  'keycloak-realm': 'an export of a realm, or of single clients',
  native: "records in the provider's own JSON, or RFC 7591 metadata",
} as const satisfies Readonly<Record<string, string>>

export type FormatName = keyof typeof FORMAT_NAMES
