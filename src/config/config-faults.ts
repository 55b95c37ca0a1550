/** One sentence for each fault of a configuration's shape, with the path and what was expected. */

import type * as z from 'zod/mini'
import { TYPE_WORDS } from '../core/patch/patch.ts'

/** Tells a fault; names that are not known are named, values never are. */
export function faultSentence(issue: z.core.$ZodIssue): string {
  const path = issue.path.map(String).join('.') || 'The configuration'
  switch (issue.code) {
    case 'unrecognized_keys':
      return `${path} has a name that is not known: ${issue.keys.join(', ')}.`
    case 'invalid_type':
      return `${path} must be ${TYPE_WORDS[issue.expected] ?? issue.expected}.`
    case 'invalid_value':
      return `${path} must be one of: ${issue.values.map(String).join(', ')}.`
    case 'invalid_union':
      // Only a union that is told apart by a member has options; the other one is of references.
      return 'options' in issue && issue.options !== undefined
        ? `${path} must be one of: ${issue.options.map(String).join(', ')}.`
        : `${path} must be { env: NAME } or { file: PATH }: a secret is named, never written here.`
    case 'invalid_key':
      return `${path} is not a name that can be used here.`
    default:
      return `${path} has a value that is not allowed (${issue.code.replaceAll('_', ' ')}).`
  }
}
