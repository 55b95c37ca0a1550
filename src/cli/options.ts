/** Every option of every command; each command names the ones that it takes. */

export interface Option {
  /** The placeholder for its value; absent: the option takes none. */
  readonly value?: string
  /** It may be given more than once. */
  readonly many?: true
  readonly says: string
}

/** The parts that several commands share come first, in the order in which help shows them. */
export const OPTIONS = {
  provider: {
    value: 'ID',
    says: 'the provider of the client (default: the default provider; for lists, all)',
  },
  pool: { value: 'ID', says: 'the user pool, if the provider has user pools' },
  yes: { says: 'change without asking' },
  'dry-run': { says: 'show what would change, and change nothing' },
  'own-client': { says: 'also if the server or the provider itself depends on the client' },
  'if-match': { value: 'ETAG', says: 'only if the client is still in this state' },
  key: {
    value: 'TEXT',
    says: 'an idempotency key: a request repeated with it takes effect only once',
  },
  from: {
    value: 'FILE',
    says: 'attributes from a YAML or JSON file; -: from standard input. Of an export: the first moment (RFC 3339)',
  },
  'add-callback': { value: 'URL', many: true, says: 'add one redirect URI' },
  'remove-callback': { value: 'URL', many: true, says: 'remove one redirect URI' },
  'secret-from': {
    value: 'FILE',
    says: 'set the secret to the first line of a file; -: of standard input',
  },
  'show-secret': { says: 'print the secret too' },
  'secret-to': { value: 'FILE', says: 'write the new secret to a new file that only you may read' },
  'cut-over': { says: 'replace the old secret at once, if two cannot be live together' },
  'retire-after': { value: 'SECONDS', says: 'end the old secrets automatically after this time' },
  file: { value: 'FILE', says: 'the public key, as a JWK; -: from standard input' },
  filter: { value: 'FILTER', says: 'only clients that match: grantTypes:implicit, ...' },
  owner: { value: 'OWNER', says: 'who holds the leases, in your own words: a pull request' },
  for: { value: 'TIME', says: 'how long they last from now on: 7d, 12h, 30m' },
  field: { value: 'FIELD', says: 'only leases on this list' },
  value: { value: 'URL', says: 'only leases on this URL' },
  'narrow-at': { value: 'TIME', says: 'remove the old redirect URI at this time (RFC 3339)' },
  'narrow-after': {
    value: 'TIME',
    says: 'remove the old redirect URI so long from now: 7d, 12h, 30m',
  },
  watch: { says: 'follow it until the old redirect URI is removed' },
  text: { value: 'TEXT', says: 'only clients with this text in their id, name or URLs' },
  clients: { value: 'FILE', says: 'the clients, one name a line; -: from standard input' },
  'every-client': { says: 'all clients of the provider' },
  canary: { value: 'SHARE', says: 'this share first (5%); the job stops if one of them fails' },
  'then-pause': { says: 'wait for `clientry jobs resume` after the canary in any case' },
  'max-failures': { value: 'COUNT', says: 'stop at one failure more (default: 0; any: never)' },
  reserve: {
    value: 'PERCENT',
    says: "leave this part of the provider's rate to others (50%), where that is more than its reserve",
  },
  'older-than': {
    value: 'TIME',
    says: 'nothing is known to have happened to them for so long: 90d',
  },
  grace: { value: 'TIME', says: 'from the suspension to the removal (default: 30d)' },
  'unknown-use': { says: 'also clients whose last use no one can see' },
  detach: { says: 'do not wait for the end' },
  fresh: { says: 'ask the providers instead of showing what was last seen' },
  kind: { value: 'KIND', says: 'the kind of the client: spa, web, native or machine' },
  'allow-loss': { says: 'copy even if some settings cannot be copied' },
  to: {
    value: 'REVISION',
    says: 'the revision to go back to (0: before the first change). Of an export: the first moment that is not in it',
  },
  partial: { says: 'roll back even if some settings cannot be restored' },
  overwrite: { says: 'replace existing files with other content' },
  env: {
    value: 'NAME',
    many: true,
    says: 'the environment of environments.yaml in the folder; diff takes two',
  },
  into: { value: 'FOLDER', says: 'where to write the client files (default: clients)' },
  out: {
    value: 'FILE',
    says: 'write the plan to a file, for clientry apply; or the export to a new one',
  },
  exclude: {
    value: 'TERM',
    many: true,
    says: 'leave clients alone: name:TEXT (with *), kind:KIND, firstParty:false, id:ID',
  },
  format: {
    value: 'FORMAT',
    says: 'text, or markdown: for a comment on a pull request (default: text)',
  },
  digest: { value: 'SHA256', says: 'apply only the plan with this digest, as its review shows it' },
  'delete-unmanaged': { says: 'plan to delete the clients that have no file' },
  'end-manager': {
    value: 'NAME',
    many: true,
    says: 'also take back the values of a manager whose file was removed',
  },
  unmanaged: { says: 'count clients without a file as a difference' },
  limit: { value: 'COUNT', says: 'the most to show (default: 20 on a terminal, else all)' },
  cursor: { value: 'CURSOR', says: 'continue after the answer that had this `next` (--json)' },
  all: { says: 'show all of them' },
  actor: { value: 'SUBJECT', says: 'only what was done with tokens of this subject' },
  'actor-issuer': {
    value: 'URL',
    says: 'the issuer of those tokens (default: your own; any: every issuer)',
  },
  outcome: {
    value: 'OUTCOME',
    says: 'only with this outcome: applied, partly_applied, not_applied, conflict, open, outside_change, overlap',
  },
  state: {
    value: 'STATE',
    says: 'only requests in this state: pending, approved, rejected, withdrawn, applied, outdated, void, failed, expired',
  },
  comment: { value: 'TEXT', says: 'what the submitter is to know' },
  since: { value: 'TIME', says: 'only from this time on (RFC 3339)' },
  scope: { value: 'SCOPES', says: 'the scopes to ask for, separated by spaces' },
  issuer: { value: 'URL', says: 'the issuer to sign in at' },
  'client-id': { value: 'ID', says: 'the client id of this command at the issuer' },
  audience: { value: 'URI', says: 'the audience of the tokens' },
  as: { value: 'NAME', says: 'the name of the profile (default: default)' },
  'no-browser': { says: 'print the address instead of opening a browser' },
  device: { says: 'sign in on another device, by a code' },
  'client-secret-env': {
    value: 'NAME',
    says: 'sign in as a program, with the secret in this variable of the environment',
  },
  'client-secret-file': {
    value: 'FILE',
    says: 'sign in as a program, with the secret in this file',
  },
  'secret-in': {
    value: 'PLACE',
    says: 'how the secret is sent: header or body (default: as the issuer takes it)',
  },
  'private-key': {
    value: 'FILE',
    says: 'sign in as a program, with this private key (PKCS #8 in PEM)',
  },
  'key-id': { value: 'KID', says: 'the kid of the private key at the issuer' },
  database: {
    value: 'FILE',
    says: 'the SQLite file to check (default: the store that CLIENTRY_CONFIG names)',
  },
  checkpoint: {
    value: 'SEQ:HASH',
    says: "also require this checkpoint, taken from the server's log",
  },
  export: {
    value: 'FILE',
    says: 'check a file that `clientry history export` wrote, without store or server',
  },
  'public-key': { value: 'KEY', says: 'the public key that must have signed the export' },
  url: {
    value: 'URL',
    says: 'the server (default: CLIENTRY_URL, a profile, or `clientry dev` here)',
  },
  profile: { value: 'NAME', says: 'a profile made by `clientry login`' },
  config: { value: 'FILE', says: 'use the providers of a configuration, without a server' },
  abandon: {
    value: 'KEY',
    says: 'give up what is wrapped under the lost key with this id, and all that only that opens',
  },
  prove: { says: 'also try the rules of the provider on a client made for that, and delete it' },
  recording: { value: 'FILE', says: 'write the calls of --prove to a new file, without secrets' },
  offline: { says: 'do not fetch the keys of issuers' },
  'create-store': { says: 'create the store of the configuration if there is none' },
  json: { says: 'print the answer as JSON, for programs' },
  help: { says: 'show this text' },
} as const satisfies Readonly<Record<string, Option>>

export type OptionName = keyof typeof OPTIONS

type ValueOf<O> = O extends { readonly many: true }
  ? readonly string[]
  : O extends { readonly value: string }
    ? string
    : boolean

/** The options that were given. */
export type Values = { readonly [N in OptionName]?: ValueOf<(typeof OPTIONS)[N]> }

/** The options that choose a server. */
export const CONNECTING = ['url', 'profile', 'config', 'create-store', 'json'] as const
/** The options of every command about one client. */
export const ABOUT_CLIENT = ['provider', 'pool', ...CONNECTING] as const
/** The options of every command that changes something. */
export const CHANGING = ['yes', 'dry-run', 'if-match', 'key', ...ABOUT_CLIENT] as const
/** The same for a client that does not exist yet. */
export const CREATING = ['yes', 'dry-run', 'key', ...ABOUT_CLIENT] as const
