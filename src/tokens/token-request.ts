/** What every way to get tokens is given. */

/** Which tokens are asked for, and of whom. */
export interface TokenRequest {
  readonly issuer: string
  readonly clientId: string
  /** Separated by spaces. */
  readonly scope?: string
  /** The API that the tokens are for, if the issuer asks for it. */
  readonly audience?: string
}
