/**
 * Files of other tools become client files that plan what they described, once. docs/migrate.md has the examples, in the forms
 * that the tools' maintainers publish.
 */

import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { beforeEach, describe, expect } from 'vitest'
import { parse } from 'yaml'
import { onShared } from '../fixtures/opened.ts'
import { clientry, type DevServer, startDev } from './command-line.ts'

const PAGE = readFileSync('docs/migrate.md', 'utf8')
const CANARY = 'canary-4f9d1c7e2b8a6035'
/** A secret by its shape, under a name that says nothing. */
const GITHUB = `ghp_${'a1B2c3D4e5F6'.repeat(3)}`

let dev: DevServer
let folder: string
const it = onShared(startDev, (opened) => {
  dev = opened
})
beforeEach(() => {
  // Below the folder of the server, which the command finds from there.
  folder = mkdtempSync(join(dev.folder, 'import-'))
})

const run = async (line: string, env: Record<string, string> = {}) => {
  const { out: token } = await clientry(['token'], { folder: dev.folder })
  const around = { CLIENTRY_URL: dev.url, CLIENTRY_TOKEN: token.trim(), ...env }
  return clientry(line.split(' '), { folder, env: around })
}
const read = (name: string) => readFileSync(join(folder, name), 'utf8')
const write = (name: string, content: string | object) => {
  mkdirSync(dirname(join(folder, name)), { recursive: true })
  writeFileSync(
    join(folder, name),
    typeof content === 'string' ? content : JSON.stringify(content, null, 2),
  )
}
const imported = async (line: string) => {
  const done = await run(line)
  expect(done, done.err).toMatchObject({ code: 0, err: '' })
  return done
}

describe('docs/migrate.md', () => {
  // The development server has no Keycloak; test/cli/import-keycloak.test.ts has one.
  const sections = PAGE.split(/^## /m).filter(
    (text) => /^```sh/m.test(text) && !text.startsWith('From Keycloak'),
  )

  it.each(sections)('%# is shown as it works, and its second plan is empty', async (text) => {
    for (const [, name = '', content = ''] of text.matchAll(
      /^`(\S+)`:\n\n```\w+\n([\s\S]*?)^```/gm,
    )) {
      write(name, content)
    }
    const lines = [...text.matchAll(/^clientry (.+)$/gm)].map(([, line = '']) => line)
    expect(lines.length).toBeGreaterThanOrEqual(4)
    const ended: { out: string }[] = []
    for (const line of lines) {
      const done = await run(line)
      expect({ line, code: done.code }, done.err).toEqual({ line, code: 0 })
      ended.push(done)
    }
    expect(ended.at(1)?.out).toContain('1 to create')
    expect(ended.at(-1)?.out).toContain('0 to create, 0 to change, 0 to delete.')
  })

  it('has a row for each format', async () => {
    const { out } = await run('import --help')
    const rows = [...PAGE.matchAll(/^\| `([\w-]+)` \|/gm)].map(([, name]) => name)
    expect(rows.length).toBeGreaterThanOrEqual(4)
    for (const name of rows) expect(out).toContain(`${name} (`)
  })
})

describe('auth0-deploy-cli', () => {
  it('has an environment for each configuration, and no secret of one', async () => {
    write('clients/My App.json', {
      name: 'My App',
      app_type: 'spa',
      client_secret: CANARY,
      callbacks: '@@URLS@@',
      description: 'costs ${5} at ##HOST##',
      allowed_origins: ['https://##HOST##/'],
      client_metadata: { api_key: '##API_KEY##', note: '##NOTE##' },
      initiate_login_uri: 'https://##HOST##/##LOOKS##',
      custom_login_page: './login.html',
      express_configuration: { connection_profile_id: 'A name' },
    })
    write('clients/login.html', '<html>##HOST##</html>')
    const mappings = {
      HOST: 'h.example.com',
      URLS: ['https://h.example.com/cb'],
      API_KEY: CANARY,
      LOOKS: GITHUB,
    }
    const rest = { AUTH0_CLIENT_SECRET: CANARY }
    write('config-dev.json', { ...rest, AUTH0_KEYWORD_REPLACE_MAPPINGS: mappings })
    write('config.json', { ...rest, AUTH0_KEYWORD_REPLACE_MAPPINGS: { ...mappings, NOTE: 'n' } })
    const { out } = await imported('import auth0-deploy-cli . --into files')
    expect(parse(read('files/auth0/my-app.yaml'))).toEqual({
      provider: 'auth0',
      kind: 'spa',
      client: {
        name: 'My App',
        callbacks: '${URLS}',
        description: 'costs $${5} at ${HOST}',
        allowedOrigins: ['https://${HOST}'],
        initiateLoginUri: 'https://${HOST}/${LOOKS}',
        appType: 'spa',
        clientMetadata: { note: '${NOTE}' },
        providerSettings: { custom_login_page: '<html>${HOST}</html>' },
      },
    })
    const LOOKS = { env: 'LOOKS' }
    expect(parse(read('files/environments.yaml'))).toEqual({
      environments: {
        // Where each is, only its owner knows.
        dev: {
          places: {},
          variables: { HOST: 'h.example.com', LOOKS, NOTE: { env: 'NOTE' }, URLS: mappings.URLS },
        },
        imported: {
          places: {},
          variables: { HOST: 'h.example.com', LOOKS, NOTE: 'n', URLS: mappings.URLS },
        },
      },
    })
    for (const text of [out, read('files/import-report.md')]) {
      for (const what of [
        'client_secret',
        'client_metadata.api_key',
        'express_configuration',
        'client.allowedOrigins',
      ]) {
        expect(text.replaceAll('\\', '')).toContain(what)
      }
      expect(text).not.toContain(CANARY)
    }
    const plan = await run('plan files --env dev', { NOTE: 'a note', LOOKS: 'x7q' })
    expect(plan.err).toContain('names no place in dev')
  })

  it('reads text keywords that hold the inside of a list', async () => {
    write(
      'tenant.yaml',
      'clients:\n  - name: A\n    web_origins: [ "https://a.example.com", ##MORE## ]\n',
    )
    write('config.json', {
      AUTH0_KEYWORD_REPLACE_MAPPINGS: { MORE: '"https://b.example.com", "https://c.example.com"' },
    })
    await imported('import auth0-deploy-cli tenant.yaml config.json')
    expect(parse(read('clients/auth0/a.yaml')).client.webOrigins).toEqual([
      'https://a.example.com',
      '${MORE}',
    ])
    const { out } = await run('plan clients --env imported --json')
    expect(JSON.parse(out).items[0].patch.webOrigins).toEqual([
      'https://a.example.com',
      'https://b.example.com',
      'https://c.example.com',
    ])
  })

  it.each([
    [
      'tenant.yaml',
      'clients:\n  - name: A\n    oidc_conformant: ##STRICT##\n    jwt_configuration: { lifetime_in_seconds: ##TTL## }\n    client_metadata: @@META@@\n',
    ],
    [
      'clients/A.json',
      '{\n\t"name": "A", "oidc_conformant": ##STRICT##,\n\t"jwt_configuration": { "lifetime_in_seconds": @@TTL@@ }, "client_metadata": @@META@@ }',
    ],
  ])(
    'takes keywords for numbers and flags, and clears nothing that it cannot read: %s',
    async (name, text) => {
      write(name, text)
      write('config.json', {
        AUTH0_KEYWORD_REPLACE_MAPPINGS: { TTL: '600', STRICT: 'true', META: { a: 'b' } },
      })
      const { out } = await imported('import auth0-deploy-cli .')
      expect(parse(read('clients/auth0/a.yaml')).client).toEqual({
        name: 'A',
        oidcConformant: '${STRICT}',
        idTokenLifetime: '${TTL}',
      })
      expect(parse(read('clients/environments.yaml')).environments.imported.variables).toEqual({
        STRICT: true,
        TTL: 600,
      })
      expect(out).toContain('client.clientMetadata: its value is of another type')
      const { out: plan } = await run('plan clients --env imported --json')
      expect(JSON.parse(plan).items[0].patch).toMatchObject({
        oidcConformant: true,
        idTokenLifetime: 600,
      })
    },
  )
})

describe('cloudformation', () => {
  const PROPERTIES = {
    UserPoolId: { Ref: 'Pool' },
    AllowedOAuthFlowsUserPoolClient: 'true',
    AllowedOAuthFlows: ['code'],
    AccessTokenValidity: '5',
    CallbackURLs: {
      'Fn::If': ['IsProd', [{ 'Fn::GetAtt': ['Site', 'Url'] }], ['http://localhost/cb']],
    },
    LogoutURLs: [{ 'Fn::Join': ['', ['https://', { Ref: 'Host' }, '/out']] }],
    AllowedOAuthScopes: { Ref: 'Scopes' },
    SupportedIdentityProviders: [{ 'Fn::FindInMap': ['Idps', 'a', 'b'] }, { Ref: 'AWS::NoValue' }],
    DefaultRedirectURI: { 'Fn::ImportValue': 'shared:uri' },
    ReadAttributes: { 'Fn::Transform': { Name: 'Mine' } },
  }

  it('works out what the template says, and leaves the rest to variables', async () => {
    write('cdk.template.json', {
      Parameters: {
        Host: { Type: 'String', Default: 'h.example.com' },
        Env: { Type: 'String', Default: 'dev' },
        Scopes: { Type: 'CommaDelimitedList', Default: 'openid, email' },
      },
      Mappings: { Idps: { a: { b: 'COGNITO' } } },
      Conditions: { IsProd: { 'Fn::Equals': [{ Ref: 'Env' }, 'prod'] } },
      Resources: {
        Client1A2B: { Type: 'AWS::Cognito::UserPoolClient', Properties: PROPERTIES },
        Other: { Type: 'AWS::S3::Bucket' },
      },
    })
    const { out } = await imported('import cloudformation cdk.template.json')
    expect(parse(read('clients/cognito-client/Pool/client1a2b.yaml'))).toEqual({
      provider: 'cognito-client',
      userPoolId: '${Pool}',
      kind: 'spa',
      client: {
        name: 'Client1A2B',
        callbacks: ['http://localhost/cb'],
        allowedLogoutUrls: ['https://${Host}/out'],
        grantTypes: expect.arrayContaining(['authorization_code']),
        supportedIdp: ['COGNITO'],
        scopes: '${Scopes}',
        defaultCallback: '${shared_uri}',
        accessTokenLifetime: 18_000,
        // What a template does not name is what CloudFormation makes of it.
        refreshTokenRotation: { enabled: false, graceSeconds: 0 },
        providerSettings: {
          ExplicitAuthFlows: [
            'ALLOW_REFRESH_TOKEN_AUTH',
            'ALLOW_USER_SRP_AUTH',
            'ALLOW_CUSTOM_AUTH',
          ],
        },
      },
    })
    const { imported: environment } = parse(read('clients/environments.yaml')).environments
    expect(environment).toEqual({
      variables: {
        Host: 'h.example.com',
        Pool: { env: 'Pool' },
        Scopes: ['openid', 'email'],
        shared_uri: { env: 'shared_uri' },
      },
    })
    expect(out).toContain(
      'CallbackURLs: Fn::If on IsProd is as the defaults of the parameters have it',
    )
    expect(out).toContain('ReadAttributes: Fn::Transform is known to a deployed stack only')
  })
})

describe('terraform', () => {
  it('reads each provider of a state, and writes no secret of it', async () => {
    const resource = (type: string, attributes: object, marked: readonly string[] = []) => ({
      mode: 'managed',
      type,
      name: 'one',
      instances: [
        {
          index_key: 'a',
          attributes,
          sensitive_attributes: marked.map((value) => [{ type: 'get_attr', value }]),
        },
      ],
    })
    write('a.tfstate', {
      version: 4,
      outputs: { secret: { value: CANARY, sensitive: true } },
      resources: [
        resource('auth0_client', {
          client_id: 'abc',
          name: 'Shop',
          app_type: 'regular_web',
          client_secret: CANARY,
          signing_keys: [{ key: CANARY }],
          callbacks: ['https://shop.example.com/cb'],
          web_origins: [],
          sso: false,
          cross_origin_auth: false,
          mobile: [{ ios: [{ team_id: 'T', app_bundle_identifier: '' }], android: null }],
          refresh_token: [
            { rotation_type: 'rotating', expiration_type: 'expiring', leeway: 0, policies: null },
          ],
          addons: [{ azure_sb: [{ sas_key: CANARY }] }],
          skip_non_verifiable_callback_uri_confirmation_prompt: 'true',
        }),
        resource('auth0_client_credentials', {
          client_id: 'abc',
          authentication_method: 'client_secret_post',
          client_secret: CANARY,
        }),
        resource(
          'aws_cognito_user_pool_client',
          {
            id: 'app',
            name: 'Members',
            user_pool_id: 'us-east-1_1234test',
            client_secret: CANARY,
            generate_secret: null,
            callback_urls: ['https://members.example.com/cb'],
            allowed_oauth_flows: ['code'],
            access_token_validity: 10,
            token_validity_units: [
              { access_token: 'minutes', id_token: null, refresh_token: null },
            ],
            refresh_token_rotation: [],
            region: 'us-east-1',
            write_attributes: [CANARY],
          },
          ['write_attributes'],
        ),
        resource('aws_db_instance', { password: CANARY }),
      ],
    })
    const { out } = await imported('import terraform a.tfstate')
    const shop = parse(read('clients/auth0/shop-abc.yaml'))
    expect(shop).toMatchObject({
      id: 'abc',
      kind: 'web',
      client: {
        tokenEndpointAuthMethod: 'client_secret_post',
        webOrigins: [],
        refreshTokenRotation: { enabled: true, graceSeconds: 0 },
        providerSettings: {
          mobile: { ios: { team_id: 'T' } },
          cross_origin_authentication: false,
          skip_non_verifiable_callback_uri_confirmation_prompt: true,
        },
      },
    })
    expect(shop.client.providerSettings).not.toHaveProperty('sso')
    const members = parse(read('clients/cognito-client/us-east-1_1234test/members-app.yaml'))
    expect(members).toMatchObject({
      userPoolId: 'us-east-1_1234test',
      kind: 'web',
      client: { accessTokenLifetime: 600 },
    })
    for (const text of [out, read('clients/import-report.md'), JSON.stringify([shop, members])]) {
      expect(text).not.toContain(CANARY)
    }
    expect(out).toContain('auth0_client.one["a"]: addons: Terraform spells add-ons')
    expect(out).toContain(
      'aws_cognito_user_pool_client.one["a"]: write_attributes: secrets are in no file',
    )
    const cognito = await imported(
      'import terraform a.tfstate --provider cognito-client --into other',
    )
    expect(cognito.out).toContain('it is one of auth0; import it with --provider')
  })

  it.each<[string, object, object | undefined]>([
    ['none', { disable: true, flows: [], organization_id: '' }, undefined],
    [
      'one',
      { disable: false, flows: ['client_credentials'], organization_id: 'org_1' },
      { flows: ['client_credentials'], organization_id: 'org_1' },
    ],
  ])(
    'reads the default organization that every state has: %s',
    async (_, organization, expected) => {
      const attributes = {
        client_id: 'abc',
        name: 'Shop',
        app_type: 'regular_web',
        callbacks: ['https://shop.example.com/cb'],
        default_organization: [organization],
      }
      const instances = [{ schema_version: 0, attributes }]
      const resource = { mode: 'managed', type: 'auth0_client', name: 'one', instances }
      write('a.tfstate', { version: 4, terraform_version: '1.14.4', resources: [resource] })
      await imported('import terraform a.tfstate')
      const { providerSettings = {} } = parse(read('clients/auth0/shop-abc.yaml')).client
      expect(providerSettings.default_organization).toEqual(expected)
    },
  )

  it('reads what terraform show prints, modules included', async () => {
    const values = { client_id: 'abc', name: 'Inner', client_secret: CANARY }
    const sensitive = { client_secret: true }
    write('show.json', {
      values: {
        root_module: {
          child_modules: [
            {
              resources: [
                {
                  address: 'module.a.auth0_client.b',
                  mode: 'managed',
                  type: 'auth0_client',
                  values,
                  sensitive_values: sensitive,
                },
              ],
            },
          ],
        },
      },
    })
    await imported('import terraform show.json')
    expect(parse(read('clients/auth0/inner-abc.yaml'))).toMatchObject({
      id: 'abc',
      client: { name: 'Inner' },
    })
  })
})

describe('native', () => {
  it.each<[string, object, string, object]>([
    [
      'describe-user-pool-client',
      {
        UserPoolClient: {
          UserPoolId: 'p_1',
          ClientId: 'c',
          ClientName: 'C',
          ClientSecret: CANARY,
          RefreshTokenValidity: 30,
        },
      },
      'cognito-client --pool us-east-1_1234test',
      { id: 'c', kind: 'web', userPoolId: 'us-east-1_1234test' },
    ],
    [
      'an RFC 7591 answer',
      {
        client_id: 'r',
        client_name: 'R',
        client_secret: CANARY,
        registration_access_token: CANARY,
        redirect_uris: ['https://r.example.com/'],
      },
      'local',
      { id: 'r', client: { name: 'R', callbacks: ['https://r.example.com/'] } },
    ],
    [
      'a client ID metadata document',
      {
        client_id: 'https://app.example.com/client.json',
        client_name: 'M',
        redirect_uris: ['https://app.example.com/cb'],
        token_endpoint_auth_method: 'none',
      },
      'local',
      { kind: 'spa', client: { name: 'M', tokenEndpointAuthMethod: 'none' } },
    ],
  ])('reads %s', async (_, record, provider, expected) => {
    write('record.json', record)
    const { out } = await imported(`import native record.json --provider ${provider} --json`)
    const [path = ''] = JSON.parse(out).files as string[]
    expect(parse(read(path))).toMatchObject(expected)
    for (const text of [out, read(path), read('clients/import-report.md')])
      expect(text).not.toContain(CANARY)
  })
})

it.each<[string, string, readonly string[]]>([
  ['no flow', '', []],
  [
    'the code flow',
    '      AllowedOAuthFlows: [code]\n      AllowedOAuthFlowsUserPoolClient: true\n      AllowedOAuthScopes: [openid]\n      CallbackURLs: [https://app.example.com/cb]\n',
    ['authorization_code', 'refresh_token'],
  ],
])(
  'a template with %s and refresh tokens makes what CloudFormation makes',
  async (_, flow, grants) => {
    const name = `app-${grants.length}`
    write(
      'template.yaml',
      `Resources:\n  App:\n    Type: AWS::Cognito::UserPoolClient\n    Properties:\n      ClientId: app\n      ClientName: ${name}\n      UserPoolId: us-east-1_1234test\n${flow}      ExplicitAuthFlows: [ALLOW_USER_PASSWORD_AUTH, ALLOW_REFRESH_TOKEN_AUTH]\n`,
    )
    const { out } = await imported('import cloudformation template.yaml')
    expect(out).toContain('ClientId: no template can set it')
    const file = parse(read(`clients/cognito-client/us-east-1_1234test/${name}.yaml`))
    expect(file).not.toHaveProperty('id')
    expect(file.client).toMatchObject({
      grantTypes: grants,
      refreshTokenRotation: { enabled: false },
      providerSettings: {
        ExplicitAuthFlows: ['ALLOW_USER_PASSWORD_AUTH', 'ALLOW_REFRESH_TOKEN_AUTH'],
      },
    })
    const plan = await run('plan clients --out plan.json')
    expect(plan, plan.err).toMatchObject({ code: 0 })
    expect(await run('apply plan.json --yes')).toMatchObject({ code: 0 })
    expect((await run('plan clients')).out).toContain('0 to create, 0 to change, 0 to delete.')
  },
)

it.each<[string, string, RegExp]>([
  [
    'import yaml a.json',
    '{}',
    /There is no format yaml; the formats are: auth0-deploy-cli, cloudformation/,
  ],
  ['import terraform a.json', `{"client_secret":"${CANARY}`, /a\.json is not valid JSON/],
  [
    'import terraform a.json',
    '{"version":3,"modules":[]}',
    /a\.json is no Terraform state of version 4/,
  ],
  ['import cloudformation a.json', '{}', /a\.json is no template/],
  [
    'import cloudformation a.yaml',
    'Resources:\n  A: { Type: x }\n  A: { Type: y }\n',
    /a\.yaml has a member twice \(line 3, column 3\); keep one of them/,
  ],
  [
    'import keycloak-realm a.json',
    '{"realm":"users","users":[]}',
    /left out a\.json: users: Clientry manages clients only/,
  ],
  [
    'import cloudformation a.json',
    '{"Resources":{}}',
    /There is no client in a\.json that can be imported/,
  ],
  [
    'import keycloak-realm a.json',
    '{"clientId":"s","protocol":"saml"}',
    /left out a\.json: s: the client: its protocol is saml/,
  ],
  ['import native a.json --provider local', '{"ClientId":"a"}', /has neither id nor name/],
  ['import native a.json --provider local', '[1]', /a\.json is no client of a size/],
  ['import native a.json --provider local', '{"client_id":"\uE000"}', /U\+E000/],
  [
    'import native a.json',
    '{"client_id":"a"}',
    /Name the provider .* with --provider; the server has auth0, /,
  ],
  ['import native b.json --provider local', '{}', /There is no file b\.json/],
  ['import native . --provider local --into x', '', /is not valid JSON/],
  [
    'import auth0-deploy-cli a.json --provider local',
    '{"name":"a"}',
    /These are clients of auth0, which local is not/,
  ],
])('%s is refused for %s', async (line, content, says) => {
  write(/\ba\.\w+/.exec(line)?.[0] ?? 'a.json', content)
  const { code, err, out } = await run(line)
  expect({ code, out }).toEqual({ code: expect.any(Number), out: '' })
  expect(code).toBeGreaterThan(0)
  expect(err).toMatch(says)
  expect(err).not.toContain(CANARY.slice(0, 10))
})

it('an import replaces no file that says something else, unless asked', async () => {
  write('a.json', { client_id: 'a', client_name: 'A' })
  await imported('import native a.json --provider local')
  await imported('import native a.json --provider local')
  write('a.json', { client_id: 'a', client_name: 'A', redirect_uris: ['https://a.example.com/'] })
  expect(await run('import native a.json --provider local')).toMatchObject({
    code: 2,
    err: expect.stringContaining('exists with other content. --overwrite replaces it.'),
  })
  await imported('import native a.json --provider local --overwrite')
  rmSync(join(folder, 'clients'), { recursive: true })
})
