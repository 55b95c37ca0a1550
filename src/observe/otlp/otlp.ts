/** What OTLP's messages have in common, in JSON: https://opentelemetry.io/docs/specs/otlp/#json-protobuf-encoding. */

import { VERSION } from '../../core/version.ts'

type Attributes = Readonly<Record<string, string | number>>

/** A list of attributes; whole numbers are texts there, since they have 64 bits. */
export const attributesOf = (attributes: Attributes) =>
  Object.entries(attributes).map(([key, value]) => ({
    key,
    value: typeof value === 'number' ? { intValue: String(value) } : { stringValue: value },
  }))

/** Epoch milliseconds as epoch nanoseconds. */
export const nanoseconds = (milliseconds: number) =>
  String(BigInt(Math.round(milliseconds)) * 1_000_000n)

/** Who sends it. */
export const resourceOf = (resource: Attributes) => ({ attributes: attributesOf(resource) })
export const SCOPE = { name: 'clientry', version: VERSION }
