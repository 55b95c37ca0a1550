/** What this SDK asks of a `fetch`; that of the platform is one. */

export type Fetch = (url: string, request: RequestInit) => Promise<FetchResponse>

/** What is read of its answer. */
export interface FetchResponse {
  readonly status: number
  readonly ok: boolean
  readonly headers: Pick<Headers, 'get'>
  text(): Promise<string>
}
