/** Certificates of an application: an update replaces the list whole (recorded); an entry without its key is one that is there. */

import { X509Certificate } from 'node:crypto'
import { isRecord } from '../copy.ts'
import { refuse } from '../refusal.ts'
import { invalid } from './refusal.ts'

type Entry = Record<string, unknown>

/** The list as it is stored: the key is kept, and shown by no read. */
export function certificates(asked: readonly unknown[], held: unknown): readonly Entry[] {
  const before = Array.isArray(held) ? (held as readonly Entry[]) : []
  return asked.map((one) => {
    if (!isRecord(one)) return refuse(invalid('keyCredentials'))
    const { keyId, key = null } = one
    const former = before.find((entry) => entry.keyId === keyId)
    if (key === null) return former ?? refuse(invalid('keyCredentials'))
    return entryFor(one, String(key))
  })
}

function entryFor(asked: Entry, key: string): Entry {
  const certificate = certificateIn(key)
  const { displayName, endDateTime, startDateTime, keyId, type, usage } = asked
  if (type !== 'AsymmetricX509Cert' || typeof keyId !== 'string') {
    return refuse(invalid('keyCredentials'))
  }
  return {
    customKeyIdentifier: certificate.fingerprint.replaceAll(':', ''),
    displayName: displayName ?? certificate.subject.replaceAll('\n', ', '),
    endDateTime: endDateTime ?? timeOf(certificate.validTo),
    key: null,
    keyId,
    startDateTime: startDateTime ?? timeOf(certificate.validFrom),
    type,
    usage,
  }
}

function certificateIn(key: string): X509Certificate {
  try {
    return new X509Certificate(Buffer.from(key, 'base64'))
  } catch {
    return refuse(invalid('keyCredentials'))
  }
}

const timeOf = (text: string) => new Date(text).toISOString().replace(/\.\d+Z$/, 'Z')
