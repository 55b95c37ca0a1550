/**
 * What can be tried of Microsoft Graph on an application made for that: what a PATCH keeps, replaces and clears. No recording shows a
 * complex member that is sent in part beside settings that are not at their defaults, nor `isDisabled`.
 */

import type { JsonObject } from '../../../core/json/json.ts'
import { inner } from '../../../core/mapping/lenses.ts'
import { sameState } from '../../../core/mapping/mapping.ts'
import type { Native } from '../../../core/mapping/row.ts'
import type { ClientRef, Step } from '../../call.ts'
import type { Probe, Proof, RuleKind } from '../../proof/proof.ts'
import { mapping } from '../mapping.ts'
import { PROBE_CERTIFICATE } from './probe-certificate.ts'
import { applicationPath } from './records.ts'
import { afterWrite, type Seeing } from './seen.ts'

/** The rules of one tenant. */
export function createProof(seeing: Seeing, version: string): Proof {
  const patch = (ref: ClientRef, base: Native, body: JsonObject): Step => {
    const path = applicationPath(String(base.id))
    return {
      request: { method: 'PATCH', target: `${version}${path}`, body },
      send: async (call) => {
        await seeing.send({ operation: 'PATCH /applications/{id}', path, body }, call)
        return afterWrite(seeing, ref.id, call, (native) => !sameState(mapping, native, base))
      },
    }
  }
  const probe = (
    kind: RuleKind,
    rule: string,
    body: JsonObject,
    after: (base: Native) => Native,
  ): Probe => ({
    kind,
    rule,
    attempt: (ref, base) => ({ steps: [patch(ref, base, body)], expected: after(base) }),
  })
  const url = 'https://clientry.example/probe'
  return {
    ofAccount: ['publisherDomain', 'verifiedPublisher', 'certification'],
    unrecorded: ['POST /token'],
    probes: [
      probe(
        'merge',
        'web is merged: a member that is not sent stays. (Clientry sends it whole, so that nothing depends on this.)',
        { web: { homePageUrl: url } },
        (base) => ({ ...base, web: { ...inner(base, 'web'), homePageUrl: url } }),
      ),
      probe(
        'frame',
        'A list is replaced whole, and moves no other member.',
        { tags: ['two'] },
        (base) => ({
          ...base,
          tags: ['two'],
        }),
      ),
      probe(
        'clear',
        'null clears description and notes.',
        { description: null, notes: null },
        (base) => ({
          ...base,
          description: null,
          notes: null,
        }),
      ),
      probe(
        'frame',
        'isDisabled is taken, with the rights of this server.',
        { isDisabled: true },
        (base) => ({
          ...base,
          isDisabled: true,
        }),
      ),
      {
        kind: 'frame',
        rule: 'A certificate that is sent back without its key stays.',
        attempt: (ref, base) => ({
          steps: [
            patch(ref, base, { keyCredentials: [PROBE_CERTIFICATE.added] }),
            patch(ref, base, { keyCredentials: [PROBE_CERTIFICATE.sentBack], notes: 'Tried.' }),
          ],
          expected: { ...base, keyCredentials: [PROBE_CERTIFICATE.shown], notes: 'Tried.' },
        }),
      },
    ],
  }
}
