/** Our tables of a provider against what is published of it. */

import { CREATE, UPDATE } from '../../src/emulators/auth0/shapes/schema.ts'
import { clientOperations } from '../../src/emulators/cognito/client-operations.ts'
import { mapping as auth0 } from '../../src/providers/auth0/mapping.ts'
import { MEMBERS as AUTH0 } from '../../src/providers/auth0/members.ts'
import { mapping as cognito } from '../../src/providers/cognito/mapping.ts'
import { MEMBERS as COGNITO } from '../../src/providers/cognito/members.ts'
import { ASPECTS as IN_BOTOCORE, readBotocore } from './botocore.ts'
import { ASPECTS as IN_DECLARATIONS, readDeclarations } from './declarations.ts'
import type { Explanation } from './explained.ts'
import { differences, type Model } from './model.ts'
import { limitLines, memberLines, ofAuth0, ofCognito, type Published } from './ours.ts'

/** Differences of our tables from the declarations of the package `auth0`. */
export function auth0Lines(texts: readonly string[]): readonly string[] {
  const named = readDeclarations(texts)
  const published: Published = {
    create: named('CreateClientRequestContent'),
    update: named('UpdateClientRequestContent'),
    shown: named('GetClientResponseContent'),
    aspects: IN_DECLARATIONS,
  }
  return [
    ...emulatorLines(published, ofAuth0(CREATE), ofAuth0(UPDATE)),
    ...memberLines(AUTH0, published),
    ...limitLines(auth0, published),
  ]
}

/** Differences of our tables from the description of cognito-idp in botocore. */
export function cognitoLines([text = '']: readonly string[]): readonly string[] {
  const named = readBotocore(text)
  const published: Published = {
    create: named('CreateUserPoolClientRequest'),
    update: named('UpdateUserPoolClientRequest'),
    shown: named('UserPoolClientType'),
    aspects: IN_BOTOCORE,
  }
  const { CreateUserPoolClient: create, UpdateUserPoolClient: update } = clientOperations
  return [
    ...emulatorLines(published, ofCognito(create?.members ?? {}), ofCognito(update?.members ?? {})),
    ...memberLines(COGNITO, published),
    ...limitLines(cognito, published),
  ]
}

function emulatorLines({ create, update, aspects }: Published, ourCreate: Model, ourUpdate: Model) {
  return [
    ...differences({ theirs: create, ours: ourCreate, aspects, place: 'create' }),
    ...differences({ theirs: update, ours: ourUpdate, aspects, place: 'update' }),
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
