/**
 * What a provider says may repeat a secret in any spelling and any place; no part of one gets through. Canaries: random
 * secrets, in the spellings that programs have for texts, whole and cut off.
 */

import fc from 'fast-check'
import { expect, it } from 'vitest'
import { providerWords } from '../../src/core/secrecy/provider-words.ts'
import { runs } from '../property.ts'

const ALPHABETS = [
  'abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789',
  'abcdefghijklmnopqrstuvwxyz0123456789-_+/',
  'abcdef0123456789',
  'abcABC019 "\'\\%&+/=?éü<>[]{}',
]
const secret = fc
  .tuple(fc.constantFrom(...ALPHABETS), fc.array(fc.nat(), { minLength: 24, maxLength: 64 }))
  .map(([alphabet, places]) => places.map((at) => alphabet[at % alphabet.length]).join(''))
  // No one can say which part of a text of one letter is a secret.
  .filter((text) => new Set(text).size > 8 && text.replace(/[^a-z0-9]/gi, '').length >= 16)

const SPELLINGS: readonly ((text: string) => string)[] = [
  (text) => text,
  (text) => text.toUpperCase(),
  (text) => JSON.stringify(text),
  (text) => encodeURIComponent(text),
  (text) => Buffer.from(text).toString('base64'),
  (text) => Buffer.from(`client:${text}`).toString('base64'),
  (text) => text.slice(0, 20),
  (text) => text.slice(4),
  (text) => `${text.slice(0, 12)}...`,
  (text) => Array.from(text).join('\u200b'),
  (text) => Array.from(text).join('-'),
]
const FRAMES: readonly ((echo: string) => string)[] = [
  (echo) => `Value '${echo}' at 'clientSecret' failed to satisfy constraint`,
  (echo) => `Payload validation error: '${echo}' on property client_secret (The secret).`,
  (echo) => `${echo}${'x'.repeat(40)}`,
  (echo) => `bad request: {"client_secret":"${echo}","name":"Portal"}`,
  (echo) => `${'word '.repeat(58)}${echo}`,
  (echo) => `${'a'.repeat(1_990)} ${echo}`,
  (echo) => `The name ${'\u{1f600}'.repeat(80)} is taken: ${echo}`,
]

/** Eight letters and digits in a row of a secret, in any case. */
function parts(text: string): readonly string[] {
  const plain = text.replace(/[^a-z0-9]/gi, '').toLowerCase()
  return Array.from({ length: Math.max(plain.length - 7, 0) }, (_, at) => plain.slice(at, at + 8))
}

it('shows no part of a secret that is known, however it is spelled', () => {
  fc.assert(
    fc.property(
      secret,
      fc.constantFrom(...SPELLINGS),
      fc.constantFrom(...FRAMES),
      (text, spelled, frame) => {
        const shown =
          providerWords(frame(spelled(text)), ['another-secret-another-secret', text]) ?? ''
        const plain = shown.replace(/[^a-z0-9]/gi, '').toLowerCase()
        expect(parts(text).filter((part) => plain.includes(part))).toEqual([])
        const encoded = parts(Buffer.from(text).toString('base64'))
        expect(encoded.filter((part) => plain.includes(part))).toEqual([])
        expect(shown.length).toBeLessThanOrEqual(300)
        expect(shown).toMatch(/^[\x20-\x7e]*$/)
      },
    ),
    { numRuns: runs(2_000) },
  )
})

it('finds a secret after characters of two units, such as those of a name', () => {
  const echo = 'not allowed: z-q-7-m-k-2-x-l-w-9-t-t-p-p-4-v-c-b-8-n'
  const shown = providerWords(`${'\u{1f600}'.repeat(40)} ${echo}`, ['Zq7mK2xLw9TtPp4VcB8n'])
  expect(shown).toBe('not allowed: [hidden]')
})

it('is short and plain whatever is said', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary', maxLength: 3_000 }), (text) => {
      const shown = providerWords(text, [])
      if (shown === undefined) return
      expect(shown.length).toBeLessThanOrEqual(300)
      expect(shown).toMatch(/^[\x20-\x7e]+$/)
      expect(shown).not.toMatch(/[\\`<>]/)
    }),
    { numRuns: runs(500) },
  )
})

it.each([
  ['eyJhbGciOiJSUzI1NiJ9.eyJzdWIiOiJ4In0.c2ln', 'a JWT'],
  ['Bearer abcdefgh', 'what stands in a header'],
  ['password=hunter2', 'what has the name of a password'],
  ['ghp_0123456789abcdefABCDEF', 'a key that its issuer marks'],
  ['q8Zr2Lw9Xk4Tn7Vb3Mc6', 'a text that is drawn by chance'],
])('hides %s, which no one knows to be %s', (token) => {
  const shown = providerWords(`The request with ${token} was refused.`, []) ?? ''
  expect(shown).toContain('[hidden]')
  expect(shown).toMatch(/^The request with .*was refused\.$/)
  for (const part of token.split(/[ =]/).slice(-1)) expect(shown).not.toContain(part)
})

it.each([
  "Payload validation error: 'Array is too short (0), minimum 1' on property refresh_token.policies",
  'CallbackUrls can not be empty when code flow or implicit flow is selected',
  'The provider Google does not exist for User Pool us-east-1_1234test.',
  'Invalid grant types: client_credentials',
  'https://app.example.com/callback?next=home is not allowed',
])('leaves as it is: %s', (text) => {
  expect(providerWords(text, ['a-secret-of-someone-0123456789'])).toBe(text)
})

it('is none where nothing is said', () => {
  expect(providerWords(undefined, [])).toBeUndefined()
  expect(providerWords({ message: 'x' }, [])).toBeUndefined()
  expect(providerWords(' \n\u202e ', [])).toBeUndefined()
})
