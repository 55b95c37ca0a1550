/** The body of a request: one media type, one reading, or a refusal that says what was expected. */

import type { BodyName } from '../../contract/bodies.ts'
import { ClientError } from '../../core/errors.ts'
import { isRecord, type Json, type JsonObject } from '../../core/json/json.ts'
import { lazy } from '../../core/lazy.ts'
import type { FieldKinds } from './form-body.ts'
import { single } from './headers.ts'
import { decodeUtf8, parseJson } from './json-body.ts'
import { type HttpRequest, MAX_BODY_BYTES } from './message.ts'

export interface Body {
  /** How the client in it is to be read: a JSON Merge Patch, or JSON Patch operations. */
  readonly kind: 'merge' | 'json-patch'
  readonly value: Json
}

/** Few programs send forms. */
const forms = lazy(() => import('./form-body.ts'))

const FORM = 'application/x-www-form-urlencoded'
const JSON_PATCH = 'application/json-patch+json'
/** The media types of a patch. */
export const PATCH_TYPES = ['application/json', 'application/merge-patch+json', JSON_PATCH, FORM]

/**
 * Reads the body.
 * @throws ClientError `unsupported_media_type`, `too_large`, `invalid_request`, `invalid_field`
 */
export async function readBody(request: HttpRequest, kinds: FieldKinds): Promise<Body> {
  const bytes = bytesOf(request, 'client')
  const type = mediaType(request, PATCH_TYPES)
  if (type === FORM) {
    const { parseForm } = await forms()
    return { kind: 'merge', value: parseForm(decodeUtf8(bytes), kinds) }
  }
  return { kind: type === JSON_PATCH ? 'json-patch' : 'merge', value: parseJson(bytes) }
}

/**
 * Reads the body of a route that takes a JSON object only; `member` is what it has to hold, if anything.
 * @throws ClientError `unsupported_media_type`, `too_large`, `invalid_request`
 */
export function readJsonBody(request: HttpRequest, member?: string, maxNames?: number): JsonObject {
  const bytes = bytesOf(request, member)
  mediaType(request, ['application/json'])
  const value = parseJson(bytes, maxNames)
  if (isRecord(value)) return value
  throw noBody('The body must be', member)
}

/**
 * Reads the body of a route that needs none and takes a JSON object; without a body, an empty one.
 * @throws ClientError as `readJsonBody` does
 */
export function readOptionalJsonBody(request: HttpRequest): JsonObject {
  const { body } = request
  if (body !== 'too_large' && (body === undefined || body.length === 0)) return {}
  const bytes = bytesOf(request, 'provider')
  mediaType(request, ['application/json'])
  const value = parseJson(bytes)
  if (isRecord(value)) return value
  throw new ClientError('invalid_request', 'The body must be a JSON object, or absent.')
}

/**
 * Checks what the headers say of a body that has not come yet; `body`: what the operation takes.
 * @throws ClientError `unsupported_media_type`
 */
export function checkMediaType(request: HttpRequest, body: BodyName): void {
  mediaType(request, body === 'ClientPatchRequest' ? PATCH_TYPES : ['application/json'])
}

function bytesOf({ body }: HttpRequest, member: string | undefined): Uint8Array {
  if (body === 'too_large') {
    throw new ClientError('too_large', `The body must have at most ${MAX_BODY_BYTES} bytes.`)
  }
  if (body !== undefined && body.length > 0) return body
  throw noBody('The request needs a body:', member)
}

function noBody(says: string, member: string | undefined): ClientError {
  if (member === undefined) return new ClientError('invalid_request', `${says} an object.`)
  const whole = `${says} an object with a member "${member}".`
  return new ClientError('invalid_request', whole, { field: member })
}

function mediaType(request: HttpRequest, types: readonly string[]): string {
  const encoding = single(request, 'content-encoding')
  if (encoding !== undefined && encoding.toLowerCase() !== 'identity') {
    throw unsupported(
      'Content-Encoding must be identity or absent: the body must not be compressed.',
      types,
    )
  }
  const [type = '', ...parameters] = (single(request, 'content-type') ?? '').split(';')
  const name = type.trim().toLowerCase()
  const charsets = parameters
    .map((one) => one.trim().toLowerCase())
    .filter((one) => /^charset\b/.test(one))
  if (!charsets.every((one) => /^charset=("?)utf-8\1$/.test(one))) {
    throw unsupported('The charset of the body must be utf-8.', types)
  }
  const { body } = request
  // `curl -d` says that it sends a form, whatever it sends; no name of a form of ours begins so.
  if ((name === '' || name === FORM) && body instanceof Uint8Array && looksLikeJson(body)) {
    const says = 'The body looks like JSON. Add the header "Content-Type: application/json".'
    throw unsupported(says, types)
  }
  if (types.includes(name)) return name
  throw unsupported(`Content-Type must be one of: ${types.join(', ')}.`, types)
}

/** Whether its first sign begins an object or a list (RFC 8259 section 2). */
const looksLikeJson = (body: Uint8Array) =>
  /^[\t\n\r ]*[{[]/.test(Buffer.from(body.subarray(0, 64)).toString('latin1'))

const unsupported = (says: string, types: readonly string[]) =>
  new ClientError('unsupported_media_type', says, {
    field: 'Content-Type',
    // RFC 5789 section 3.1: which patches are taken.
    ...(types === PATCH_TYPES ? { headers: { 'accept-patch': types.join(', ') } } : {}),
  })
