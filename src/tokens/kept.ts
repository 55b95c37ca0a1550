/** Access tokens that are kept until shortly before they end, and asked for by one caller at a time. */

/** What an issuer has answered. */
export interface Tokens {
  readonly accessToken: string
  /** Epoch milliseconds; absent: unknown. */
  readonly expiresAt?: number
  readonly refreshToken?: string
}

/** Gives an access token, as `connect` of the SDK takes it. */
export type TokenSource = () => Promise<string>

/** A token is renewed this long before it ends (milliseconds). */
const EARLY_MS = 60_000

/** Whether tokens serve for a while yet. */
export const areFresh = ({ expiresAt = Number.POSITIVE_INFINITY }: Tokens, now: number): boolean =>
  now < expiresAt - EARLY_MS

/** Keeps what `get` gives, which is handed the tokens before; a failure is not kept. */
export function kept(get: (before: Tokens | undefined) => Promise<Tokens>): TokenSource {
  let tokens: Tokens | undefined
  let pending: Promise<Tokens> | undefined
  return async () => {
    if (tokens !== undefined && areFresh(tokens, Date.now())) return tokens.accessToken
    pending ??= get(tokens).finally(() => {
      pending = undefined
    })
    tokens = await pending
    return tokens.accessToken
  }
}
