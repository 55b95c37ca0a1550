/** One sentence for each fault of a configuration's shape, with the path and what was expected. */

import type * as z from 'zod/mini'
import { ClientError } from '../core/errors.ts'
import { TYPE_WORDS } from '../core/patch/patch.ts'

/** An error that holds every fault, a sentence each. */
export function faulty(faults: readonly string[]): ClientError {
  return new ClientError('invalid_request', 'The configuration is not usable:', { faults })
}

/** The sentences of a fault; names that are not known are named, values never are. */
export function faultSentences(issue: z.core.$ZodIssue): readonly string[] {
  const path = issue.path.reduce<string>((whole, step) => {
    if (typeof step === 'number') return `${whole}[${step}]`
    return whole === '' ? String(step) : `${whole}.${String(step)}`
  }, '')
  if (issue.code === 'unrecognized_keys') {
    return issue.keys.map((name) => `${path === '' ? name : `${path}.${name}`} is not known here.`)
  }
  return [`${path || 'The configuration'} ${expectation(issue, path)}.`]
}

/** Where keys are named that AWS KMS may keep. */
const KEY_PATH = /^(key|formerKeys\[\d+\])$/

function expectation(issue: z.core.$ZodIssue, path: string): string {
  switch (issue.code) {
    case 'invalid_type':
      return `must be ${TYPE_WORDS[issue.expected] ?? issue.expected}`
    case 'invalid_value':
      return `must be one of: ${issue.values.map(String).join(', ')}`
    case 'invalid_union':
      // Only a union with a discriminating member has options; the other one is of references.
      if ('options' in issue && issue.options !== undefined)
        return `must be one of: ${issue.options.map(String).join(', ')}`
      return KEY_PATH.test(path)
        ? 'must be { env: NAME }, { file: PATH } or { kms: ARN }, because keys are never written into the configuration'
        : 'must be { env: NAME } or { file: PATH }, because secrets are never written into the configuration'
    case 'invalid_format':
      // The one text with a form that the message can show.
      if (path.endsWith('.kms'))
        return 'must be the ARN of a key in AWS KMS: arn:aws:kms:REGION:ACCOUNT:key/ID'
      return `has a value that is not allowed (${issue.code.replaceAll('_', ' ')})`
    case 'invalid_key':
      return 'is not a name that can be used here'
    default:
      return `has a value that is not allowed (${issue.code.replaceAll('_', ' ')})`
  }
}
