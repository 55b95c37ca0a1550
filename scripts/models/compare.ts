/** Our tables of a provider against what is published of it. */

import {
  CREDENTIAL_PATCH,
  NEW_CREDENTIAL,
} from '../../src/emulators/auth0/shapes/credential-shapes.ts'
import { CREATE, UPDATE } from '../../src/emulators/auth0/shapes/schema.ts'
import type { ObjectShape } from '../../src/emulators/auth0/shapes/shapes.ts'
import { OPERATIONS } from '../../src/emulators/cognito/operations.ts'
import { mapping as auth0 } from '../../src/providers/auth0/mapping.ts'
import { MEMBERS as AUTH0 } from '../../src/providers/auth0/members.ts'
import { mapping as cognito } from '../../src/providers/cognito/mapping.ts'
import { MEMBERS as COGNITO } from '../../src/providers/cognito/members.ts'
import { ASPECTS as IN_BOTOCORE, readBotocore } from './botocore.ts'
import { ASPECTS as IN_DECLARATIONS, readDeclarations } from './declarations.ts'
import type { Explanation } from './explained.ts'
import { differences } from './model.ts'
import { limitLines, memberLines, ofAuth0, ofCognito, type Published, ruleLines } from './ours.ts'

/** What the emulator takes, by the place that a line names: the published name of the request, and our shape. */
const AUTH0_REQUESTS: Readonly<Record<string, readonly [string, ObjectShape]>> = {
  create: ['CreateClientRequestContent', CREATE],
  update: ['UpdateClientRequestContent', UPDATE],
  'new credential': ['PostClientCredentialRequestContent', NEW_CREDENTIAL],
  credential: ['PatchClientCredentialRequestContent', CREDENTIAL_PATCH],
}

/** Differences of our tables from the declarations of the package `auth0`. */
export function auth0Lines(texts: readonly string[]): readonly string[] {
  const named = readDeclarations(texts)
  const published: Published = {
    update: named('UpdateClientRequestContent'),
    shown: named('GetClientResponseContent'),
    aspects: IN_DECLARATIONS,
  }
  return [
    ...Object.entries(AUTH0_REQUESTS).flatMap(([place, [name, shape]]) =>
      differences({ theirs: named(name), ours: ofAuth0(shape), aspects: IN_DECLARATIONS, place }),
    ),
    ...memberLines(AUTH0, published),
    ...limitLines(auth0, published),
    ...ruleLines(auth0, published),
  ]
}

/** Differences of our tables from the description of cognito-idp in botocore. */
export function cognitoLines([text = '']: readonly string[]): readonly string[] {
  const named = readBotocore(text)
  const published: Published = {
    update: named('UpdateUserPoolClientRequest'),
    shown: named('UserPoolClientType'),
    aspects: IN_BOTOCORE,
  }
  return [
    ...Object.entries(OPERATIONS).flatMap(([place, { members }]) =>
      differences({
        theirs: named(`${place}Request`),
        ours: ofCognito(members),
        aspects: IN_BOTOCORE,
        place,
      }),
    ),
    ...memberLines(COGNITO, published),
    ...limitLines(cognito, published),
    ...ruleLines(cognito, published),
  ]
}

/** The lines that no explanation has, and the lines of explanations that explain nothing. */
export function unexplained(
  lines: readonly string[],
  explanations: readonly Explanation[],
): readonly string[] {
  const explained = explanations.flatMap((one) => one.lines)
  return [
    ...lines.filter((line) => !explained.includes(line)),
    ...explained.filter((line) => !lines.includes(line)).map((line) => `explains nothing: ${line}`),
  ]
}
