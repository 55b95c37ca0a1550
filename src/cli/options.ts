/** Every option of every command; a command names those that it takes. */

export interface Option {
  /** The word for its value; absent: it has none. */
  readonly value?: string
  /** It may stand more than once. */
  readonly many?: true
  readonly says: string
}

/** The parts that several commands share come first, in the order in which help shows them. */
export const OPTIONS = {
  provider: {
    value: 'ID',
    says: 'the provider that holds the client; absent: the default one, in lists all',
  },
  pool: { value: 'ID', says: 'the user pool, for providers that have user pools' },
  yes: { says: 'change without asking' },
  'dry-run': { says: 'show what would change, and change nothing' },
  'own-client': { says: 'also where the server or the provider works by means of the client' },
  'if-match': { value: 'ETAG', says: 'only if the client is still in this state' },
  key: { value: 'TEXT', says: 'a name of the request: repeated with it, it has its effect once' },
  from: { value: 'FILE', says: 'attributes from a YAML or JSON file; -: from standard input' },
  'add-callback': { value: 'URL', many: true, says: 'add one redirect URI' },
  'remove-callback': { value: 'URL', many: true, says: 'take one redirect URI away' },
  'secret-from': {
    value: 'FILE',
    says: 'set the secret to the first line of a file; -: of standard input',
  },
  'show-secret': { says: 'print the secret too' },
  'secret-to': { value: 'FILE', says: 'write the new secret to a new file that only you may read' },
  'cut-over': { says: 'replace the old secret at once, where both cannot be live' },
  'retire-after': { value: 'SECONDS', says: 'let the old secrets end by themselves' },
  filter: { value: 'FILTER', says: 'only such clients: grantTypes:implicit, ...' },
  fresh: { says: 'ask the providers, and not what is known of them' },
  kind: { value: 'KIND', says: 'what it is for: spa, web, native or machine' },
  'allow-loss': { says: 'copy what can be copied, where something cannot' },
  to: { value: 'REVISION', says: 'the revision to go back to; 0: before the first change' },
  partial: { says: 'restore what can be restored, where something cannot' },
  overwrite: { says: 'replace files that say something else' },
  out: { value: 'FILE', says: 'write the plan there, for clientry apply' },
  'delete-unmanaged': { says: 'plan to remove the clients that no file stands for' },
  unmanaged: { says: 'count clients without a file as a difference' },
  limit: { value: 'COUNT', says: 'show so many at most; absent: 20 on a terminal, else all' },
  cursor: { value: 'CURSOR', says: 'go on where the answer with this `next` ended (--json)' },
  all: { says: 'show all of them' },
  actor: { value: 'SUBJECT', says: 'only what was done with tokens of this subject' },
  'actor-issuer': {
    value: 'URL',
    says: 'who issued those tokens; absent: your own issuer; any: every issuer',
  },
  outcome: {
    value: 'OUTCOME',
    says: 'only what came to this: applied, partly_applied, not_applied, conflict, open, outside_change, overlap',
  },
  since: { value: 'TIME', says: 'only from this moment on, RFC 3339' },
  scope: { value: 'SCOPES', says: 'the scopes to ask for, separated by spaces' },
  issuer: { value: 'URL', says: 'who signs people in' },
  'client-id': { value: 'ID', says: 'the id of this program at the issuer' },
  audience: { value: 'URI', says: 'whom the tokens are for' },
  as: { value: 'NAME', says: 'the name of the profile; absent: default' },
  'no-browser': { says: 'print the address and open no browser' },
  database: {
    value: 'FILE',
    says: 'check this SQLite file; absent: the store that CLIENTRY_CONFIG names',
  },
  checkpoint: {
    value: 'SEQ:HASH',
    says: "also ask for this checkpoint, as the server's log told it",
  },
  url: {
    value: 'URL',
    says: 'the server; absent: CLIENTRY_URL, a profile, or `clientry dev` here',
  },
  profile: { value: 'NAME', says: 'the profile that `clientry login` has made' },
  config: { value: 'FILE', says: 'work on the providers of a configuration, without a server' },
  offline: { says: 'fetch no keys of issuers' },
  'create-store': { says: 'make the store of the configuration, where there is none' },
  json: { says: 'the answer as JSON, for programs' },
  help: { says: 'this text' },
} as const satisfies Readonly<Record<string, Option>>

export type OptionName = keyof typeof OPTIONS

type ValueOf<O> = O extends { readonly many: true }
  ? readonly string[]
  : O extends { readonly value: string }
    ? string
    : boolean

/** The options that were given. */
export type Values = { readonly [N in OptionName]?: ValueOf<(typeof OPTIONS)[N]> }

/** What leads to a server. */
export const CONNECTING = ['url', 'profile', 'config', 'create-store', 'json'] as const
/** What every command about one client takes. */
export const ABOUT_CLIENT = ['provider', 'pool', ...CONNECTING] as const
/** What every command that changes something takes. */
export const CHANGING = ['yes', 'dry-run', 'if-match', 'key', ...ABOUT_CLIENT] as const
