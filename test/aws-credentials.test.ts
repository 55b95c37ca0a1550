/**
 * The program with credentials of each source that AWS documents: the table, the key in KMS and the user pools take no
 * others. Each is a process of its own, since it is started so.
 */

import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { type CognitoEmulator, startCognitoEmulator } from '../src/emulators/cognito/index.ts'
import { awsCredentials } from '../src/program/aws-credentials.ts'
import {
  type AwsSources,
  CONTAINER_TOKEN,
  ROLE,
  startAwsSources,
  TEMPORARY,
  WEB_TOKEN,
} from './aws-sources.ts'
import { clientryProcess } from './cli/command-line.ts'
import { type Dynamodb, startDynamodb } from './contract/dynamodb.ts'
import { fullCognitoClient, POOL_ID } from './fixtures/cognito.ts'

const KEY_ARN = 'arn:aws:kms:eu-central-1:123456789012:key/1234abcd-12ab-34cd-56ef-1234567890ab'
/** The package says on standard error for how long it still supports this version of Node. */
const QUIET = { AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED: 'true' }
const NOWHERE = { AWS_EC2_METADATA_DISABLED: 'true' }

let folder: string
let sources: AwsSources
let dynamodb: Dynamodb
let cognito: CognitoEmulator

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'clientry-aws-'))
  sources = await startAwsSources()
  dynamodb = await startDynamodb(TEMPORARY)
  const { accessKeyId, secretAccessKey } = TEMPORARY
  const pools = [{ id: POOL_ID, identityProviders: ['Google'], clients: [fullCognitoClient] }]
  cognito = await startCognitoEmulator({ accessKeyId, secretAccessKey, pools })
  const { table, region, endpoint } = dynamodb.settings
  const config = {
    key: { kms: KEY_ARN, endpoint: sources.url },
    store: { type: 'dynamodb', table, region, endpoint, create: true },
    auth: { issuers: [{ issuer: 'https://issuer.example/', audience: ['clientry'] }] },
    providers: { pools: { type: 'cognito', pools: { [POOL_ID]: { endpoint: cognito.url } } } },
  }
  writeFileSync(join(folder, 'clientry.json'), JSON.stringify(config))
})
afterEach(async () => {
  sources.close()
  await Promise.all([dynamodb.close(), cognito.close()])
  rmSync(folder, { recursive: true, force: true })
})

const get = (env: Readonly<Record<string, string>>) => {
  const client = `pools/${POOL_ID}/${fullCognitoClient.ClientId}`
  const line = ['get', client, '--config', 'clientry.json', '--json']
  return clientryProcess(line, { folder, env: { ...QUIET, ...env } })
}

function written(name: string, text: string): string {
  writeFileSync(join(folder, name), text)
  return join(folder, name)
}

const profile = (name: string, keys: { accessKeyId: string; secretAccessKey: string }) =>
  `[${name}]\naws_access_key_id=${keys.accessKeyId}\naws_secret_access_key=${keys.secretAccessKey}\n`

/** The environment of each source, and what it is asked for beside KMS. */
const SOURCES: Readonly<Record<string, () => readonly [Record<string, string>, string[]]>> = {
  variables: () => [
    {
      AWS_ACCESS_KEY_ID: TEMPORARY.accessKeyId,
      AWS_SECRET_ACCESS_KEY: TEMPORARY.secretAccessKey,
      AWS_SESSION_TOKEN: TEMPORARY.sessionToken,
      // It does not count where there are variables.
      AWS_PROFILE: 'none',
    },
    [],
  ],
  'a profile': () => [
    {
      ...NOWHERE,
      AWS_PROFILE: 'operator',
      AWS_SHARED_CREDENTIALS_FILE: written(
        'credentials',
        `${profile('operator', TEMPORARY)}aws_session_token=${TEMPORARY.sessionToken}\n`,
      ),
    },
    [],
  ],
  'a profile with a role': () => [
    {
      ...NOWHERE,
      AWS_PROFILE: 'operator',
      AWS_REGION: 'eu-central-1',
      AWS_ENDPOINT_URL_STS: sources.url,
      AWS_SHARED_CREDENTIALS_FILE: written(
        'credentials',
        profile('base', { accessKeyId: 'AKIABASE', secretAccessKey: 'base-secret' }),
      ),
      AWS_CONFIG_FILE: written(
        'config',
        `[profile operator]\nrole_arn=${ROLE}\nsource_profile=base\n`,
      ),
    },
    ['AssumeRole'],
  ],
  'web identity': () => [
    {
      ...NOWHERE,
      AWS_REGION: 'eu-central-1',
      AWS_ENDPOINT_URL_STS: sources.url,
      AWS_ROLE_ARN: ROLE,
      AWS_WEB_IDENTITY_TOKEN_FILE: written('token', WEB_TOKEN),
    },
    ['AssumeRoleWithWebIdentity'],
  ],
  'a container': () => [
    {
      AWS_CONTAINER_CREDENTIALS_FULL_URI: `${sources.url}/container`,
      AWS_CONTAINER_AUTHORIZATION_TOKEN: CONTAINER_TOKEN,
    },
    ['GET /container'],
  ],
  'an instance': () => [
    { AWS_EC2_METADATA_SERVICE_ENDPOINT: sources.url },
    [
      'PUT /latest/api/token',
      'GET /latest/meta-data/iam/security-credentials/',
      'GET /latest/meta-data/iam/security-credentials/clientry',
    ],
  ],
}

it.each(Object.keys(SOURCES))('has the credentials of %s', async (name) => {
  const [env, asked] = SOURCES[name]?.() ?? [{}, []]
  const { code, out, err } = await get(env)
  expect([code, err]).toEqual([0, ''])
  expect(JSON.parse(out)).toMatchObject({ id: fullCognitoClient.ClientId })
  const isOfKms = (one: string) => one.startsWith('TrentService.')
  // One source is asked once, however many calls its credentials sign.
  expect(sources.asked.filter((one) => !isOfKms(one))).toEqual(asked)
  expect(sources.asked.some(isOfKms)).toBe(true)
  expect(dynamodb.front.calls.map(({ status }) => status)).not.toContain(400)
})

it('says where credentials can come from where there are none, and sends nothing', async () => {
  const { code, err } = await get(NOWHERE)
  expect(code).toBe(6)
  expect(err).toContain('There are no AWS credentials for the history. Set AWS_ACCESS_KEY_ID')
  expect(dynamodb.front.calls).toEqual([])
})

it('says what a source answers that gives none', async () => {
  const { code, err } = await get({
    ...NOWHERE,
    AWS_REGION: 'eu-central-1',
    AWS_ENDPOINT_URL_STS: sources.url,
    AWS_ROLE_ARN: 'arn:aws:iam::123456789012:role/other',
    AWS_WEB_IDENTITY_TOKEN_FILE: written('token', WEB_TOKEN),
  })
  expect(code).toBe(6)
  expect(err).toContain('The source of the AWS credentials does not give any (AccessDenied)')
  expect(err).not.toContain(WEB_TOKEN)
  expect(dynamodb.front.calls).toEqual([])
})

it('asks again for credentials that have ended', async () => {
  const before = process.env
  process.env = {
    AWS_CONTAINER_CREDENTIALS_FULL_URI: `${sources.url}/container`,
    AWS_CONTAINER_AUTHORIZATION_TOKEN: CONTAINER_TOKEN,
    AWS_SHARED_CREDENTIALS_FILE: join(folder, 'none'),
    AWS_CONFIG_FILE: join(folder, 'none'),
  }
  try {
    sources.expiration = Date.now() - 1_000
    await awsCredentials()
    sources.expiration = Date.now() + 3_600_000
    expect(await awsCredentials()).toEqual(TEMPORARY)
    expect(await awsCredentials()).toEqual(TEMPORARY)
    expect(sources.asked).toEqual(['GET /container', 'GET /container'])
  } finally {
    process.env = before
  }
})
