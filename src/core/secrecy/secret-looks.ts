/**
 * What looks like a secret, by the name of a member and by the shape of its value. Both err on the safe
 * side: what they hide by mistake, `members` of the configuration shows.
 */

import type { Json, JsonObject } from '../json/json.ts'
import { MAX_RECORD } from '../patch/bounds.ts'

/** Words that name what is to be kept from others. */
const SECRET_WORDS = new Set([
  ...[
    'secret',
    'secrets',
    'password',
    'passwords',
    'passwd',
    'pwd',
    'pass',
    'passphrase',
    'passcode',
    'passcodes',
    'passphrases',
    'psk',
  ],
  ...['credential', 'credentials', 'token', 'tokens', 'jwt', 'bearer', 'cookie', 'cookies'],
  ...['otp', 'totp', 'hotp', 'pin', 'seed', 'salt', 'hmac', 'private', 'sas', 'sig', 'signature'],
  ...['pfx', 'p12', 'pkcs12', 'keystore', 'authorization'],
])

/** Ends of words written together, such as `apikey`, `masterkey` and `clientsecret`. */
const SECRET_ENDS = /(?:secrets?|passwords?|tokens?|keys?|passphrase|credentials?)$/

/** Last words of names that say something about a secret and do not hold it. */
const ABOUT = new Set([
  ...[
    'id',
    'ids',
    'kid',
    'name',
    'names',
    'type',
    'types',
    'alg',
    'algs',
    'algorithm',
    'algorithms',
  ],
  ...['method', 'methods', 'endpoint', 'endpoints', 'uri', 'uris', 'url', 'urls', 'audience'],
  ...['lifetime', 'lifetimes', 'ttl', 'expiry', 'expires', 'expiration', 'validity', 'units'],
  ...[
    'enabled',
    'required',
    'allowed',
    'supported',
    'encoded',
    'trusted',
    'rotation',
    'revocation',
  ],
  ...['format', 'policy', 'policies', 'mode', 'at', 'count', 'limit', 'size', 'length', 'leeway'],
  ...[
    'location',
    'header',
    'field',
    'enc',
    'lifespan',
    'duration',
    'time',
    'timeout',
    'date',
    'strategy',
    'fingerprint',
    'fingerprints',
    'subject',
    'provider',
    'version',
    'usage',
    'use',
    'thumbprint',
    'quota',
  ],
  ...[
    'seconds',
    'minutes',
    'hours',
    'days',
    'sha1',
    'sha256',
    'exchange',
    'binding',
    'bound',
    'issuer',
  ],
])

/** The words of `clientSecret`, `client_secret`, `CLIENT-SECRET` and `APIKey2`, in lower case. */
export function wordsOf(name: string): readonly string[] {
  return name
    .replace(/([\p{Ll}\d])(\p{Lu})/gu, '$1 $2')
    .replace(/(\p{Lu})(\p{Lu}\p{Ll})/gu, '$1 $2')
    .toLowerCase()
    .split(/[^\p{L}\p{N}]/u)
    .filter((word) => word !== '')
}

/** What the name of a member says about its value, as far as a name can. */
interface Looks {
  /** It holds a secret. `key` alone is a name like any other; with a word before it, it is one of a lock. */
  readonly isSecret: boolean
  /** It only says something about what it stands beside. */
  readonly isAbout: boolean
}

/** What a name looks like. */
export function looksOf(name: string): Looks {
  const cached = judged.get(name)
  if (cached !== undefined) return cached
  const words = wordsOf(name)
  const isAbout = ABOUT.has(words.at(-1) ?? '')
  const looks = LOOKS[isAbout ? 'about' : judge(words) ? 'secret' : 'neither']
  if (!isRemembered(name)) return looks
  // Names that are new once it is full push all others out: one large record does not stay in the way.
  if (judged.size >= MAX_JUDGED) judged.clear()
  judged.set(name, looks)
  return looks
}

const LOOKS = {
  about: { isSecret: false, isAbout: true },
  secret: { isSecret: true, isAbout: false },
  neither: { isSecret: false, isAbout: false },
} as const satisfies Readonly<Record<string, Looks>>

/** The same names come with each client; there is room for those of the largest record. */
const judged = new Map<string, Looks>()
const MAX_JUDGED = MAX_RECORD.members
const LONGEST_REMEMBERED = 64

/** Whether a name is short enough to be remembered: callers choose names, which must not fill the memory. */
export const isRemembered = (name: string) => name.length <= LONGEST_REMEMBERED

/** Whether a member of this name holds a secret. */
export const isSecretName = (name: string) => looksOf(name).isSecret

function judge(words: readonly string[]): boolean {
  if (words.some((word) => PUBLIC.has(word))) return false
  return words.some((word, index) => {
    const bare = word.replace(/\d+$/, '')
    if (bare === 'key' || bare === 'keys') return index > 0
    return SECRET_WORDS.has(bare) || SECRET_ENDS.test(bare)
  })
}

const PUBLIC = new Set(['public', 'pub'])

/** Shapes that nothing but a secret has. */
const SHAPES: readonly RegExp[] = [
  // RFC 7468 sections 10 and 11, and what OpenSSL, OpenSSH and OpenPGP write beside them.
  /-----BEGIN [A-Z0-9 ]*PRIVATE KEY/,
  // Credentials as they stand in a header (RFC 7617, RFC 6750).
  /^(?:basic|bearer|negotiate)\s+\S{6,}$/i,
  // A URL with a password before its host (RFC 3986 section 3.2.1).
  /^[a-z][a-z0-9+.-]*:\/\/[^/?#@:\s]*:[^/?#@\s]+@/i,
  // Keys whose issuers mark them, so that they can be found where they leaked.
  /^(?:gh[opsur]_|github_pat_|glpat-|xox[abeprs]-|[sr]k_(?:live|test)_|whsec_|SG\.|AIza|ya29\.|npm_|dop_v1_|shpat_)[\w.-]{10,}$/,
]

/** Shapes that settings which the provider documents can have as well. */
const LOOSE_SHAPES: readonly RegExp[] = [
  // A JWT or JWE: three or five parts, the first of which is a JSON object (RFC 7515, RFC 7516).
  /^eyJ[\w-]+\.[\w-]*\.[\w-]*(?:\.[\w-]*\.[\w-]*)?$/,
  // Connection strings and queries: `AccountKey=...;`, `password=... host=...`, `?sig=...`.
  /(?:^|[;\s,?&])(?:[\w-]*(?:password|pwd|secret|token|access_?key|account_?key|api_?key)|sig)\s*=\s*[^;\s&]{6,}/i,
]

/** Whether a text is a secret by its shape, wherever it stands. */
export const isSecretText = (text: string) => hasShape(text, SHAPES) || isKeyText(text)

function hasShape(text: string, shapes: readonly RegExp[]): boolean {
  for (const shape of shapes) if (shape.test(text)) return true
  return false
}

/** A JWK with a symmetric or private key in it, as text (RFC 7518 section 6). */
const isKeyText = (text: string) => /"kty"\s*:/.test(text) && /"(?:k|d)"\s*:/.test(text)

/** Whether a text may be one, where no one knows what it is for. */
export const mayBeSecretText = (text: string) => hasShape(text, LOOSE_SHAPES) || isRandomText(text)

const LONG_ENOUGH = 20
const BITS_A_CHARACTER = 3.2

/** Whether a text looks random: long, without a space, of many different characters. */
function isRandomText(text: string): boolean {
  if (text.length < LONG_ENOUGH || !/^[\w+/=~.-]+$/.test(text)) return false
  if (!/\d/.test(text) || !/[A-Za-z]/.test(text)) return false
  const counts = new Map<string, number>()
  for (const character of text) counts.set(character, (counts.get(character) ?? 0) + 1)
  let bits = 0
  for (const count of counts.values())
    bits -= (count / text.length) * Math.log2(count / text.length)
  return bits >= BITS_A_CHARACTER
}

/** Members of a JWK that are secret, of whatever type it is (RFC 7518 sections 6.2.2, 6.3.2 and 6.4). */
const PRIVATE_MEMBERS = ['k', 'd', 'p', 'q', 'dp', 'dq', 'qi', 'oth', 'priv']

/** Whether an object is a JWK (RFC 7517 section 4.1). */
export const isJwk = ({ kty }: JsonObject) => typeof kty === 'string'

/** Whether a member of a JWK is a private or symmetric part of it. */
export const isPrivatePart = (name: string, value: Json) =>
  PRIVATE_MEMBERS.includes(name) && value !== null
