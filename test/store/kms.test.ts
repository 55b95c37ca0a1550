/**
 * A key-encryption key in AWS KMS, by what the service documents: two calls of its JSON protocol, signed as the AWS SDK
 * signs them, with an encryption context without which nothing is decrypted.
 */

import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto'
import { once } from 'node:events'
import http from 'node:http'
import type { AddressInfo } from 'node:net'
import { Sha256 } from '@aws-crypto/sha256-js'
import { SignatureV4 } from '@smithy/signature-v4'
import { expect } from 'vitest'
import { createKmsWrapper } from '../../src/store/keys/kms.ts'
import { onFresh } from '../fixtures/opened.ts'

const ARN = 'arn:aws:kms:eu-central-1:123456789012:key/1234abcd-12ab-34cd-56ef-1234567890ab'
const CREDENTIALS = { accessKeyId: 'AKID', secretAccessKey: 'secret', sessionToken: 'token' }
const NOW = Date.UTC(2026, 10, 30, 12)
const KEY = randomBytes(32)

interface Sent {
  readonly target: string
  readonly body: Record<string, unknown>
}

/** The part of the service that is used; `answers`: what it says instead, in turn. */
async function startKms() {
  const master = randomBytes(32)
  const sent: Sent[] = []
  const answers: (readonly [number, string])[] = []
  const server = http.createServer(async (request, response) => {
    const chunks: Buffer[] = []
    for await (const chunk of request) chunks.push(chunk as Buffer)
    const text = Buffer.concat(chunks).toString()
    const target = String(request.headers['x-amz-target'])
    const body = JSON.parse(text) as Record<string, string>
    sent.push({ target, body })
    const [status, answer] =
      answers.shift() ??
      ((await isSigned(request, text))
        ? served(target, body)
        : refused('InvalidSignatureException'))
    response.writeHead(status, { 'content-type': 'application/x-amz-json-1.1' }).end(answer)
  })
  const refused = (type: string) => [400, JSON.stringify({ __type: type })] as const
  function served(target: string, { KeyId, EncryptionContext, ...blobs }: Record<string, string>) {
    if (KeyId !== ARN) return refused('NotFoundException')
    const bound = Buffer.from(JSON.stringify(EncryptionContext))
    if (target === 'TrentService.Encrypt') {
      const nonce = randomBytes(12)
      const cipher = createCipheriv('aes-256-gcm', master, nonce).setAAD(bound)
      const bytes = cipher.update(Buffer.from(blobs.Plaintext ?? '', 'base64'))
      const blob = Buffer.concat([nonce, bytes, cipher.final(), cipher.getAuthTag()])
      return [200, JSON.stringify({ CiphertextBlob: blob.toString('base64'), KeyId })] as const
    }
    const blob = Buffer.from(blobs.CiphertextBlob ?? '', 'base64')
    const decipher = createDecipheriv('aes-256-gcm', master, blob.subarray(0, 12)).setAAD(bound)
    decipher.setAuthTag(blob.subarray(-16))
    try {
      const bytes = Buffer.concat([decipher.update(blob.subarray(12, -16)), decipher.final()])
      return [200, JSON.stringify({ Plaintext: bytes.toString('base64'), KeyId })] as const
    } catch {
      return refused('InvalidCiphertextException')
    }
  }
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  const close = () => {
    server.closeAllConnections()
    server.close()
  }
  return { sent, answers, endpoint: `http://127.0.0.1:${port}`, close }
}

/** Whether the SDK's own signer would send the same. */
async function isSigned({ headers }: http.IncomingMessage, body: string): Promise<boolean> {
  const signer = new SignatureV4({
    service: 'kms',
    region: 'eu-central-1',
    credentials: CREDENTIALS,
    sha256: Sha256,
  })
  const plain = {
    host: String(headers.host),
    'content-type': String(headers['content-type']),
    'x-amz-target': String(headers['x-amz-target']),
  }
  const request = { method: 'POST', protocol: 'http:', hostname: '127.0.0.1', path: '/', query: {} }
  const signed = await signer.sign(
    { ...request, headers: plain, body },
    { signingDate: new Date(NOW) },
  )
  return signed.headers.authorization === headers.authorization
}

let kms: Awaited<ReturnType<typeof startKms>>
const it = onFresh(startKms, (opened) => {
  kms = opened
})

const wrapper = () =>
  createKmsWrapper({
    arn: ARN,
    at: 'key',
    endpoint: kms.endpoint,
    credentials: async () => CREDENTIALS,
    now: () => NOW,
  })

it('wraps and unwraps by calls that the AWS SDK would sign so', async () => {
  const { id, wrap, unwrap } = wrapper()
  expect(id).toBe(ARN)
  const wrapped = await wrap(KEY, 'place')
  expect(Buffer.from(await unwrap(wrapped, 'place')).equals(KEY)).toBe(true)
  expect(kms.sent.map(({ target }) => target)).toEqual([
    'TrentService.Encrypt',
    'TrentService.Decrypt',
  ])
  for (const { body } of kms.sent) {
    expect(body).toMatchObject({ KeyId: ARN, EncryptionContext: { clientry: 'place' } })
  }
})

it('unwraps nothing that was wrapped for another place, or changed', async () => {
  const { wrap, unwrap } = wrapper()
  const wrapped = await wrap(KEY, 'place')
  const refusal = expect.objectContaining({ code: 'internal' })
  await expect(unwrap(wrapped, 'other')).rejects.toEqual(refusal)
  await expect(unwrap(Buffer.alloc(60, 1).toString('base64'), 'place')).rejects.toEqual(refusal)
  expect(kms.sent).toHaveLength(3)
})

it('asks again where the service fails or throttles, and gives up as a store that is not there', async () => {
  const throttled = [400, '{"__type":"com.amazonaws.kms#ThrottlingException"}'] as const
  kms.answers.push([500, ''], throttled)
  const { wrap } = wrapper()
  await expect(wrap(KEY, 'place')).resolves.toEqual(expect.any(String))
  kms.answers.push([503, ''], throttled, [200, 'no JSON'])
  await expect(wrap(KEY, 'place')).rejects.toMatchObject({ code: 'store_unavailable' })
})

it('says what the operator has to do where the key is refused', async () => {
  kms.answers.push([400, '{"__type":"AccessDeniedException"}'])
  await expect(wrapper().wrap(KEY, 'place')).rejects.toMatchObject({
    code: 'invalid_request',
    message: expect.stringMatching(/key of key \(AccessDeniedException\).*kms:Encrypt/),
  })
  expect(kms.sent).toHaveLength(1)
})
