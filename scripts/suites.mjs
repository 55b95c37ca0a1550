/**
 * `npm run suites`: tools of others judge the API of a development server that this starts. What they need comes from the
 * npm, PyPI and Maven registries into a cache outside of the checkout (`CLIENTRY_SUITES`, else `~/.cache/clientry-suites`).
 * Node, Python 3.9, Java 17 and Go must be there. `npm run suites -- redocly python` runs some of them.
 */

import { execFileSync, spawn } from 'node:child_process'
import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs'
import { createServer } from 'node:net'
import { homedir, tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { isDeepStrictEqual } from 'node:util'

const root = join(dirname(fileURLToPath(import.meta.url)), '..')
const cache = process.env.CLIENTRY_SUITES ?? join(homedir(), '.cache', 'clientry-suites')
const assets = join(root, 'scripts', 'suites')

/** Of a day; newer ones may find more. */
const VERSIONS = {
  redocly: '@redocly/cli@2.77.0',
  spectral: '@stoplight/spectral-cli@6.16.3',
  typescript: 'typescript@5.9.3',
  schemathesis: 'schemathesis==4.32.5',
  cfnLint: 'cfn-lint==1.58.0',
  actionlint: 'github.com/rhysd/actionlint/cmd/actionlint@v1.7.12',
  zizmor: 'zizmor==1.32.0',
  pdata: 'go.opentelemetry.io/collector/pdata@v1.71.0',
  cdk: 'aws-cdk-lib@2.276.0',
  constructs: 'constructs@10.8.1',
  generator: 'org.openapitools:openapi-generator-cli:7.17.0',
}

const { checks, examples, patches, seconds } = JSON.parse(
  readFileSync(join(assets, 'explained.json'), 'utf8'),
)

function run(command, args, options = {}) {
  try {
    const out = execFileSync(command, args, {
      encoding: 'utf8',
      stdio: 'pipe',
      maxBuffer: 1 << 28,
      ...options,
    })
    return { ok: true, out }
  } catch (error) {
    return {
      ok: false,
      out: `${error.stdout ?? ''}${error.stderr ?? ''}${error.stdout ? '' : error.message}`,
    }
  }
}

/** Runs what must succeed for a suite to begin. */
function prepare(command, args, options) {
  const { ok, out } = run(command, args, options)
  if (!ok) throw new Error(`${command} ${args.join(' ')}\n${out}`)
  return out
}

/** Installs once for each version. */
function once(name, version, install) {
  const folder = join(cache, `${name}-${version.replace(/[^\w.]+/g, '-')}`)
  const mark = join(folder, 'installed')
  if (existsSync(mark)) return folder
  rmSync(folder, { recursive: true, force: true })
  mkdirSync(folder, { recursive: true })
  install(folder)
  writeFileSync(mark, '')
  return folder
}

const npmTool = (name, ...packages) =>
  once(name, packages.join('+'), (folder) => {
    writeFileSync(join(folder, 'package.json'), '{"private":true,"type":"module"}')
    prepare('npm', ['install', '--no-audit', '--no-fund', ...packages], { cwd: folder })
  })

const pythonWith = (name, ...packages) => {
  const folder = once(name, packages.join('+'), (into) => {
    prepare('python3', ['-m', 'venv', into])
    prepare(join(into, 'bin', 'pip'), ['install', '--quiet', ...packages])
  })
  return join(folder, 'bin')
}

function generated(generator, description, work, properties) {
  const [, , version] = VERSIONS.generator.split(':')
  const folder = once('generator', VERSIONS.generator, (into) => {
    prepare('mvn', [
      '-q',
      '-B',
      'dependency:copy',
      `-Dartifact=${VERSIONS.generator}`,
      `-DoutputDirectory=${into}`,
    ])
  })
  const out = join(work, generator)
  const jar = join(folder, `openapi-generator-cli-${version}.jar`)
  prepare('java', [
    '-jar',
    jar,
    'generate',
    '-g',
    generator,
    '-i',
    description,
    '-o',
    out,
    `--additional-properties=${properties}`,
  ])
  return out
}

/** The workflows that pages show, whole ones. */
const workflowsOfPages = () =>
  readdirSync(join(root, 'docs'))
    .filter((name) => name.endsWith('.md'))
    .flatMap((name) => [
      ...readFileSync(join(root, 'docs', name), 'utf8').matchAll(/^```yaml\n([\s\S]*?)^```/gm),
    ])
    .map(([, block]) => block)
    .filter((block) => /^on:/m.test(block))

/** Each gives the failures that nothing explains. */
const SUITES = {
  redocly: ({ description }) => {
    const bin = join(npmTool('redocly', VERSIONS.redocly), 'node_modules', '.bin', 'redocly')
    const { out } = run(bin, ['lint', description, '--extends=recommended', '--format=json'])
    const { totals, problems } = JSON.parse(out.slice(out.indexOf('{')))
    return totals.errors + totals.warnings === 0
      ? []
      : problems.map(({ ruleId, message }) => `${ruleId}: ${message}`)
  },
  spectral: ({ description, work }) => {
    const bin = join(npmTool('spectral', VERSIONS.spectral), 'node_modules', '.bin', 'spectral')
    const rules = join(work, 'spectral.yaml')
    writeFileSync(rules, 'extends: ["spectral:oas"]\n')
    const { out } = run(bin, [
      'lint',
      description,
      '-r',
      rules,
      '-f',
      'json',
      '--fail-severity',
      'hint',
      '-q',
    ])
    const text = out.slice(out.indexOf('['))
    return text === ''
      ? []
      : JSON.parse(text.slice(0, text.lastIndexOf(']') + 1)).map(
          ({ code, message }) => `${code}: ${message}`,
        )
  },
  typescript: ({ description, work, url, token }) => {
    const client = generated('typescript-fetch', description, work, 'supportsES6=true')
    const tsc = join(npmTool('typescript', VERSIONS.typescript), 'node_modules', '.bin', 'tsc')
    cpSync(join(assets, 'list.ts.txt'), join(client, 'list.ts'))
    writeFileSync(join(client, 'package.json'), '{"type":"commonjs"}')
    const compiled = run(
      tsc,
      [
        '--strict',
        '--target',
        'es2022',
        '--module',
        'commonjs',
        '--lib',
        'es2022,dom',
        '--skipLibCheck',
        '--outDir',
        'out',
        'list.ts',
      ],
      { cwd: client },
    )
    if (!compiled.ok) return [compiled.out]
    const listed = run(process.execPath, ['out/list.js', url, token], { cwd: client })
    return listed.ok ? [] : [listed.out]
  },
  python: ({ description, work, url, token }) => {
    const client = generated('python', description, work, 'packageName=clientry_client')
    const bin = pythonWith(
      'python-client',
      'urllib3',
      'pydantic',
      'python-dateutil',
      'typing-extensions',
    )
    const compiled = run(join(bin, 'python'), ['-m', 'compileall', '-q', client])
    if (!compiled.ok) return [compiled.out]
    const listed = run(join(bin, 'python'), [join(assets, 'list.py'), url, token], {
      env: { ...process.env, PYTHONPATH: client },
    })
    return listed.ok ? [] : [listed.out]
  },
  // What is deployed by, where no cloud and no service manager can be asked.
  deploy: ({ work }) => {
    const bin = join(pythonWith('cfn-lint', VERSIONS.cfnLint), 'cfn-lint')
    const template = run(bin, [join(root, 'deploy', 'aws', 'template.yaml')])
    const unit = join(work, 'clientry.service')
    cpSync(join(root, 'deploy', 'systemd', 'clientry.service'), unit)
    const verified = run('systemd-analyze', ['verify', unit])
    return [template, verified].flatMap(({ ok, out }) => (ok && out === '' ? [] : [out]))
  },
  // The workflows of the repository, and those of the pages beside the built action, whose inputs they have to name.
  workflows: ({ work }) => {
    const actionlint = once('actionlint', VERSIONS.actionlint, (into) => {
      prepare('go', ['install', VERSIONS.actionlint], { env: { ...process.env, GOBIN: into } })
    })
    const place = join(work, '.github', 'workflows')
    mkdirSync(place, { recursive: true })
    for (const [index, workflow] of workflowsOfPages().entries()) {
      writeFileSync(join(place, `page-${index}.yml`), workflow)
    }
    for (const folder of ['.', 'trusted']) {
      cpSync(join(root, 'dist', 'action'), join(work, folder, '.github', 'actions', 'clientry'), {
        recursive: true,
      })
    }
    prepare('git', ['init', '--quiet', work])
    const linted = [root, work].map((cwd) => run(join(actionlint, 'actionlint'), [], { cwd }))
    const zizmor = join(pythonWith('zizmor', VERSIONS.zizmor), 'zizmor')
    const options = ['--offline', '--no-progress', '--quiet', '--format=plain']
    const judged = run(zizmor, [...options, join(root, '.github'), join(root, 'packages')])
    return [...linted, judged].flatMap(({ ok, out }) => (ok ? [] : [out]))
  },
  // What goes to a collector of OpenTelemetry, read by the part of the Collector that reads it there.
  otlp: ({ work }) => {
    const folder = once('otlp', VERSIONS.pdata, (into) => {
      cpSync(join(assets, 'otlp.go'), join(into, 'main.go'))
      for (const args of [
        ['mod', 'init', 'otlp'],
        ['get', VERSIONS.pdata],
        ['mod', 'tidy'],
        ['build', '-o', 'otlp', '.'],
      ]) {
        prepare('go', args, { cwd: into })
      }
    })
    prepare(process.execPath, ['scripts/run.mjs', join(assets, 'otlp-messages.ts'), work], {
      cwd: root,
    })
    const read = run(join(folder, 'otlp'), [work])
    if (!read.ok) return [read.out]
    const messageIn = (name) =>
      JSON.parse(readFileSync(join(work, `${name}.json`), 'utf8'), (_, value) =>
        Array.isArray(value) && value.length === 0 ? undefined : value,
      )
    return ['traces', 'metrics'].filter(
      (name) => !isDeepStrictEqual(messageIn(name), messageIn(`${name}.read`)),
    )
  },
  // The construct: its types, and what it comes to.
  cdk: () => {
    const folder = npmTool('cdk', VERSIONS.cdk, VERSIONS.constructs)
    for (const name of ['clientry.ts', 'assertions.ts', 'tsconfig.json']) {
      cpSync(join(root, 'deploy', 'cdk', name), join(folder, name))
    }
    const types = join(root, 'node_modules', '@types')
    const typed = run(process.execPath, [
      join(root, 'node_modules', 'typescript', 'bin', 'tsc'),
      ...['-p', folder, '--typeRoots', types],
    ])
    const program = join(folder, 'assertions.mjs')
    prepare(join(root, 'node_modules', '.bin', 'esbuild'), [
      join(folder, 'assertions.ts'),
      ...['--bundle', '--platform=node', '--format=esm', '--packages=external'],
      `--outfile=${program}`,
    ])
    const asserted = run(process.execPath, [program, join(root, 'dist', 'lambda')])
    return [typed, asserted].flatMap(({ ok, out }) => (ok ? [] : [out]))
  },
  // Everything.
  schemathesis: (given) => judgedBy(given, 'schemathesis.toml', '-n', String(examples)),
  // Bodies that the description allows for the one operation that changes clients.
  patches: (given) => {
    const isPatch = ({ route, method }) => route === '/clients/{clientId}' && method === 'PATCH'
    const count = () => given.log().filter((line) => isPatch(line) && line.status === 200).length
    const before = count()
    const failures = judgedBy(
      { ...given, env: { CLIENTRY_PATCHES: '1' } },
      'patches.toml',
      ...['-n', String(patches), '--mode', 'positive', '--phases', 'examples,fuzzing'],
      ...['--include-operation-id', 'listClients', '--include-operation-id', 'updateClient'],
    )
    const accepted = count() - before
    process.stdout.write(`patches: ${accepted} PATCHes were accepted\n`)
    return [
      ...failures,
      ...(accepted < 200 ? [`fewer than 200 PATCHes were accepted: ${accepted}`] : []),
    ]
  },
}

/** Lets schemathesis judge; a failure of the server is one whatever was asked. */
function judgedBy({ url, token, work, log, env: own = {} }, configuration, ...more) {
  const bin = join(pythonWith('schemathesis', VERSIONS.schemathesis), 'schemathesis')
  const options = [
    ...['--config-file', join(assets, configuration)],
    ...['run', `${url}/openapi.json`, '-H', `Authorization: Bearer ${token}`],
    // The server ends each request within 25 s.
    ...['--continue-on-failure', '--no-color', '--request-timeout', '30'],
    ...['--exclude-checks', Object.keys(checks).join(',')],
    // How long it takes to think of a request says how busy the machine is.
    ...['--suppress-health-check', 'too_slow,filter_too_much'],
    // One case is enough to find what it is about, and making it small would end the count of what is accepted.
    '--no-shrink',
    ...more,
  ]
  const env = { ...process.env, ...own, SCHEMATHESIS_HOOKS: join(assets, 'hooks.py') }
  // A time of its own (--max-time) is one that it fills: it begins anew until that is over. After a SIGINT it reports, to a
  // file: Node closes the pipes of a process as soon as its time is over.
  const limit = { timeout: seconds * 1_000, killSignal: 'SIGINT' }
  const report = join(work, 'report.txt')
  const since = Date.now()
  run(bin, options, {
    cwd: work,
    env,
    stdio: ['ignore', openSync(report, 'w'), 'inherit'],
    ...limit,
  })
  const isCut = Date.now() - since >= limit.timeout
  const out = readFileSync(report, 'utf8')
  const lines = out.split('\n').map((line) => line.trim())
  const total = lines.findLast((line) => / generated/.test(line))
  process.stdout.write(`schemathesis ${more.join(' ')}: ${total}\n`)
  const found = lines.filter((line) => /^(❌ ST\d+|🚫 .*: \d+$)/.test(line))
  const crashed = log().filter(({ code }) => code === 'internal')
  // The whole report says more of each of them, and is none itself.
  if (total === undefined || found.length > 0) process.stdout.write(out)
  return [
    ...(isCut ? [`cut off after ${seconds} s`] : []),
    ...(total === undefined && !isCut ? ['it ended without a total'] : []),
    ...found,
    ...crashed.map(({ requestId }) => `the server failed: ${requestId}`),
  ]
}

/** A suite that cannot begin is a failure of its own, and no reason to leave out the others. */
function failuresOf(name, given) {
  try {
    return SUITES[name](given)
  } catch (error) {
    return [error.message]
  }
}

/** One that the system gives to no one by itself while the server starts (as test/free-port.ts has it). */
function freePort() {
  return new Promise((resolve) => {
    const port = 20_000 + Math.floor(Math.random() * 12_000)
    const server = createServer().listen(port, '127.0.0.1', () => server.close(() => resolve(port)))
    server.once('error', () => resolve(freePort()))
  })
}

async function main() {
  const chosen = process.argv.slice(2)
  const names = Object.keys(SUITES).filter((name) => chosen.length === 0 || chosen.includes(name))
  const work = mkdtempSync(join(tmpdir(), 'clientry-suites-'))
  const port = await freePort()
  const url = `http://localhost:${port}`
  prepare(process.execPath, [join(root, 'scripts', 'build.mjs'), '--if-needed'], {
    stdio: 'inherit',
  })
  const env = { ...process.env, PORT: String(port), CLIENTRY_DEV_FOLDER: join(work, 'state') }
  // A file takes the log also while a suite runs; a pipe would fill and hold up the server.
  const output = join(work, 'server.log')
  const server = spawn(process.execPath, [join(root, 'dist', 'dev.js')], {
    env,
    stdio: ['ignore', openSync(output, 'w'), 'inherit'],
  })
  const text = () => readFileSync(output, 'utf8')
  try {
    while (!text().includes('Stop with')) await pause(200)
    const token = prepare(process.execPath, [join(root, 'dist', 'cli', 'clientry.js'), 'token'], {
      env,
    }).trim()
    const description = join(work, 'openapi.json')
    writeFileSync(description, await (await fetch(`${url}/openapi.json`)).text())
    const lines = () =>
      text()
        .split('\n')
        .filter((line) => line.startsWith('{"time"') && line.endsWith('}'))
        .map((line) => JSON.parse(line))
    let failed = 0
    for (const name of names) {
      const since = Date.now()
      const failures = failuresOf(name, { description, work, url, token, log: lines })
      failed += failures.length
      const took = Math.round((Date.now() - since) / 1_000)
      process.stdout.write(
        `${name}: ${failures.length === 0 ? 'nothing found' : failures.join('\n')} (${took} s)\n`,
      )
    }
    process.stdout.write(`${failed} unexplained failures\n`)
    process.exitCode = failed === 0 ? 0 : 1
  } finally {
    server.kill('SIGTERM')
    rmSync(work, { recursive: true, force: true })
  }
}

await main()
