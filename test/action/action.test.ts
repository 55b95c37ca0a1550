/**
 * The GitHub Action: its bundle as a runner starts it, against what GitHub has for a job and a real server. The workflows of
 * docs/files.md and docs/leases.md are what is run, with the permissions that the pages give.
 */

import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect } from 'vitest'
import { onFresh } from '../fixtures/opened.ts'
import { type GithubWorld, REPOSITORY, startGithubWorld } from './github-world.ts'
import { blocksOf, inputsOf, workflowsOf } from './workflows.ts'

const [planning, applying] = workflowsOf('docs/files.md')
const [leasing] = workflowsOf('docs/leases.md')
/** What docs/files.md grants, and the row of docs/leases.md. */
const [{ auth }] = blocksOf('docs/files.md').filter(
  (one): one is { auth: { permissions: readonly object[] } } =>
    typeof one === 'object' && one !== null && 'auth' in one,
) as [{ auth: { permissions: readonly object[] } }]
const LEASING = {
  claims: { repository: REPOSITORY, event_name: 'pull_request' },
  grants: ['leases:write'],
}

const OF_PULL_REQUEST = { repository: REPOSITORY, event_name: 'pull_request' }
/** What GitHub says of a job of a workflow that was called (docs/files.md calls this one). */
const OF_PLAN = {
  ...OF_PULL_REQUEST,
  job_workflow_ref: `${REPOSITORY}/.github/workflows/plan.yml@refs/heads/main`,
}
const OF_MAIN = {
  repository: REPOSITORY,
  event_name: 'push',
  ref: 'refs/heads/main',
  environment: 'production',
}
const TOKEN = { 'github.token': 'github-token' }
const event = (action: string) => ({ action, number: 7, pull_request: { number: 7 } })
const COMMIT = 'c0ffee00c0ffee00c0ffee00c0ffee00c0ffee00'

let github: GithubWorld
const it = onFresh(
  () => startGithubWorld([...auth.permissions, LEASING]),
  (opened) => {
    github = opened
  },
)

const client = () => github.world.auth0.client('exampleClientId') ?? {}
const commentsOf7 = () => (github.comments.get(7) ?? []).map(({ body }) => body)
const writeFile = (lines: readonly string[]) => {
  mkdirSync(join(github.checkout, 'clients'), { recursive: true })
  writeFileSync(
    join(github.checkout, 'clients', 'example.yaml'),
    ['provider: auth0', 'id: exampleClientId', 'client:', ...lines, ''].join('\n'),
  )
}
const NEW_URL = 'https://new.example.com/callback'
const FILE = ['  callbacks:', `    add: [${NEW_URL}]`]

const plan = (claims: Readonly<Record<string, string>> = OF_PLAN) => {
  github.claims = claims
  return github.run({ inputs: inputsOf(planning, TOKEN), event: event('synchronize') })
}
const apply = (digest = '') => {
  github.claims = OF_MAIN
  const inputs = inputsOf(applying, { ...TOKEN, 'inputs.digest': digest })
  return github.run({ inputs, event: { ref: 'refs/heads/main' }, commit: COMMIT })
}
const merge = (number = 7) =>
  github.pulls.push({
    number,
    merged_at: '2026-11-30T12:00:00Z',
    merge_commit_sha: COMMIT,
  })

it('has an action.yml whose file is there, and whose inputs are those of docs/install.md', () => {
  const text = readFileSync('dist/action/action.yml', 'utf8')
  expect(text).toBe(readFileSync('packages/action/action.yml', 'utf8'))
  expect(text).toMatch(/using: node24\n {2}main: index\.mjs\n/)
  const page = readFileSync('docs/install.md', 'utf8')
  const names = [...(text.split('\noutputs:')[0]?.matchAll(/^ {2}([\w-]+):$/gm) ?? [])]
  expect(names.length).toBeGreaterThan(10)
  for (const [, name] of names) expect(page).toMatch(new RegExp(`^\\|.*\`${name}\``, 'm'))
})

describe('lease', () => {
  const lease = (action: string) => {
    github.claims = OF_PULL_REQUEST
    const inputs = inputsOf(leasing, { ...TOKEN, 'github.event.number': '7' })
    return github.run({ inputs, event: event(action) })
  }
  const URLS = {
    callbacks: 'https://pr-7.preview.example.com/callback',
    web_origins: 'https://pr-7.preview.example.com',
  }

  it('adds the URLs of a pull request, renews them with a push, and ends them when it closes', async () => {
    const before = client()
    for (const action of ['opened', 'synchronize']) {
      expect(await lease(action)).toMatchObject({ code: 0 })
      for (const [member, url] of Object.entries(URLS)) {
        expect(client()[member]).toEqual([...(before[member] as string[]), url])
      }
    }
    const { code, summary } = await lease('closed')
    expect(code).toBe(0)
    expect(summary).toContain('have ended')
    expect(client()).toEqual({ ...before, updated_at: expect.any(String) })
  })

  it('fails with a sentence where the job may not have a token', async () => {
    const inputs = inputsOf(leasing, { ...TOKEN, 'github.event.number': '7' })
    const { code, out } = await github.run({ inputs, event: event('opened'), idToken: false })
    expect(code).toBe(1)
    expect(out).toMatch(
      /^::error title=Clientry::There is no token of GitHub here.*id-token: write/m,
    )
  })

  it('fails with a sentence where the job may not lease', async () => {
    github.claims = { ...OF_PULL_REQUEST, repository: 'example/other' }
    const inputs = inputsOf(leasing, { ...TOKEN, 'github.event.number': '7' })
    const { code, out } = await github.run({ inputs, event: event('opened') })
    expect(code).toBe(1)
    expect(out).toMatch(/^::error title=Clientry::.*leases:write/m)
    expect(github.world.upstreamWrites()).toBe(0)
  })
})

describe('plan', () => {
  it('keeps one comment up to date, and changes nothing', async () => {
    writeFile(FILE)
    const first = await plan()
    expect(first).toMatchObject({ code: 0, outputs: { changes: '1' } })
    expect(first.outputs.digest).toMatch(/^[\da-f]{64}$/)
    expect(commentsOf7()).toEqual([expect.stringContaining(`+ ${NEW_URL}`)])
    // People write there too, and someone who copies the comment is not the job.
    const theirs = { id: 99, body: commentsOf7()[0] ?? '', user: { login: 'mallory' } }
    github.comments.get(7)?.unshift(theirs)
    writeFile(['  description: Other'])
    const second = await plan()
    expect(second.outputs.digest).not.toBe(first.outputs.digest)
    expect(commentsOf7()).toEqual([
      expect.stringContaining(first.outputs.digest ?? 'none'),
      expect.stringContaining(second.outputs.digest ?? 'none'),
    ])
    expect(second.summary).toContain('### Plan of clients')
    expect(github.world.upstreamWrites()).toBe(0)
  })

  it('finds its comment behind a hundred others', async () => {
    writeFile(FILE)
    await plan()
    const others = Array.from({ length: 150 }, (_, id) => ({
      id: 1_000 + id,
      body: 'Looks good',
      user: { login: 'alice' },
    }))
    github.comments.get(7)?.unshift(...others)
    await plan()
    expect(commentsOf7()).toHaveLength(151)
  })

  it('is not made for a job that the pull request could have changed', async () => {
    writeFile(FILE)
    const changed = {
      ...OF_PLAN,
      job_workflow_ref: OF_PLAN.job_workflow_ref.replace('heads/main', 'pull/7/merge'),
    }
    for (const claims of [OF_PULL_REQUEST, changed]) {
      expect(await plan(claims)).toMatchObject({ code: 3, outputs: { digest: '' } })
    }
    const [calling] = blocksOf('docs/files.md').filter((one) =>
      JSON.stringify(one).includes('"uses":"example/shop'),
    )
    expect(calling).toMatchObject({
      jobs: { plan: { uses: OF_PLAN.job_workflow_ref.replace('refs/heads/', '') } },
    })
  })

  it('gives no file the tokens of the job', async () => {
    // biome-ignore lint/suspicious/noTemplateCurlyInString: a variable of a client file
    writeFile(['  description: "${stolen}"'])
    const names = ['ACTIONS_ID_TOKEN_REQUEST_TOKEN', 'INPUT_TOKEN']
    for (const name of names) {
      const variables = `environments:\n  prod:\n    variables: { stolen: { env: ${name} } }\n`
      writeFileSync(join(github.checkout, 'clients', 'environments.yaml'), variables)
      github.claims = OF_PLAN
      const inputs = { ...inputsOf(planning, TOKEN), environment: 'prod', token: 'a-token' }
      const { code, err } = await github.run({ inputs, event: event('opened') })
      expect(code).not.toBe(0)
      expect(err).toContain(name)
    }
    expect(github.world.upstreamCalls()).toBe(0)
  })

  it('comments on what is at fault with a file, and fails', async () => {
    writeFile(['  callbacks: [https://user@evil.example.com/]'])
    const { code, out, outputs } = await plan()
    expect(code).not.toBe(0)
    expect(outputs).toMatchObject({ digest: '' })
    expect(commentsOf7()).toEqual([expect.stringMatching(/digest=none -->[\s\S]*\*\*Faults\*\*/)])
    expect(out).toContain('::error title=Clientry::')
  })

  it('lets nothing that it prints command the runner', async () => {
    writeFile(['  name: "::error::owned"', '  description: "##[set-output name=digest]0"'])
    const { out } = await plan()
    const [first = '', ...rest] = out.trimEnd().split('\n')
    const [, word = ''] = /^::stop-commands::([\da-f-]{36})$/.exec(first) ?? []
    const end = rest.indexOf(`::${word}::`)
    expect(
      rest.slice(end + 1).filter((line) => !line.startsWith('::error title=Clientry::')),
    ).toEqual([])
    expect(rest.slice(0, end).join('\n')).toContain('::error::owned')
  })

  it('says which permission the job lacks at GitHub', async () => {
    writeFile(FILE)
    github.refuseWith = 403
    const { code, out } = await plan()
    expect(code).toBe(1)
    expect(out).toMatch(/::error title=Clientry::GitHub refused GET .*pull-requests: write/)
  })
})

describe('apply', () => {
  it('applies what the comment on the merged pull request showed', async () => {
    writeFile(FILE)
    await plan()
    merge()
    expect(client().callbacks).not.toContain(NEW_URL)
    const applied = await apply()
    expect(applied).toMatchObject({ code: 0, outputs: { changes: '1' } })
    expect(applied.summary).toMatch(/change auth0\/exampleClientId .*: done, operation/)
    expect(client().callbacks).toContain(NEW_URL)
    // A run that is started again has nothing left to do.
    expect(await apply()).toMatchObject({ code: 0, outputs: { changes: '0' } })
  })

  it('sends nothing where the plan does something else by then, until someone agrees to that', async () => {
    writeFile(FILE)
    await plan()
    merge()
    github.world.auth0.put({ ...client(), callbacks: ['https://elsewhere.example.com/callback'] })
    const refused = await apply()
    expect(refused.code).toBe(1)
    expect(refused.out).toMatch(/::error title=Clientry::The merged files give the plan/)
    expect(client().callbacks).toEqual(['https://elsewhere.example.com/callback'])
    expect(refused.summary).toContain(`+ ${NEW_URL}`)
    expect(await apply(refused.outputs.digest)).toMatchObject({ code: 0 })
    expect(client().callbacks).toContain(NEW_URL)
  })

  it('applies what was merged, whatever someone has written into the comment', async () => {
    writeFile(['  callbacks:', '    add: [https://evil.example.com/callback]'])
    await plan()
    const [theirs] = commentsOf7()
    writeFile(FILE)
    await plan()
    const [comment] = github.comments.get(7) ?? []
    if (comment !== undefined) comment.body = theirs ?? ''
    merge()
    expect(await apply()).toMatchObject({ code: 1 })
    expect(github.world.upstreamWrites()).toBe(0)
  })

  it.each([
    ['a push without a pull request', () => {}],
    [
      'a pull request that is not merged',
      () => github.pulls.push({ number: 7, merged_at: null, merge_commit_sha: COMMIT }),
    ],
    [
      'the merge of another commit',
      () =>
        github.pulls.push({
          number: 7,
          merged_at: '2026-11-30T12:00:00Z',
          merge_commit_sha: 'f00',
        }),
    ],
    ['two at once', () => [merge(), merge(8)]],
    [
      'one whose comment is not of a job',
      () => {
        merge()
        for (const one of github.comments.get(7) ?? [])
          Object.assign(one.user, { login: 'mallory' })
      },
    ],
  ])('sends nothing after %s', async (_, make) => {
    writeFile(FILE)
    await plan()
    make()
    const { code, out } = await apply()
    expect(code).toBe(1)
    expect(out).toMatch(/::error title=Clientry::.* Nothing was sent\. Agree to/)
    expect(github.world.upstreamWrites()).toBe(0)
  })

  it('writes the id of a new client into its file, and prints no secret', async () => {
    mkdirSync(join(github.checkout, 'clients'))
    const path = join(github.checkout, 'clients', 'shop.yaml')
    const callbacks = '  callbacks: [https://shop.example.com/cb]'
    writeFileSync(path, `provider: auth0\nkind: web\nclient:\n  name: Shop\n${callbacks}\n`)
    await plan()
    merge()
    const { code, out, err, summary } = await apply()
    expect(code).toBe(0)
    const [, id = ''] = /^id: (\S+)$/m.exec(readFileSync(path, 'utf8')) ?? []
    const made = github.world.auth0.client(id) ?? {}
    expect(made.name).toBe('Shop')
    expect(out + err + summary).not.toContain(made.client_secret)
  })
})

it('names what a step lacks, and the commands that there are', async () => {
  const run = (inputs: Readonly<Record<string, string>>) => github.run({ inputs, event: {} })
  expect((await run({})).out).toContain('::error title=Clientry::The input command is missing')
  expect((await run({ command: 'destroy' })).out).toContain('must be one of lease, plan, apply')
  expect((await run({ command: 'lease' })).out).toContain('the input owner is needed')
  expect((await run({ command: 'plan' })).out).toContain('no pull request')
})

it('its workflows have the permissions that they need, and no others', () => {
  const permissions = [planning, applying, leasing].map(
    (one) => Object.values(one?.jobs ?? {})[0]?.permissions,
  )
  expect(permissions).toEqual([
    { contents: 'read', 'pull-requests': 'write', 'id-token': 'write' },
    { contents: 'read', 'pull-requests': 'read', 'id-token': 'write' },
    { contents: 'read', 'id-token': 'write' },
  ])
})
