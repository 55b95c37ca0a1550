/**
 * The newest published models, through the package clients of this machine and their own configuration. Nothing
 * of them stays here.
 */

import { spawnSync } from 'node:child_process'
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { gunzipSync } from 'node:zlib'

/** A published package, with the texts in it that were asked for. */
export interface Package {
  readonly version: string
  readonly texts: readonly string[]
}

/** The declarations of the Management API in the npm package `auth0`; `undefined` where npm cannot give it. */
export function fetchAuth0(): Package | undefined {
  return inFolder((folder) => {
    const options = [
      'pack',
      'auth0',
      '--silent',
      '--fetch-retries=0',
      `--pack-destination=${folder}`,
    ]
    if (!runs('npm', options)) return undefined
    const [file = ''] = readdirSync(folder)
    if (!runs('tar', ['-xzf', join(folder, file), '-C', folder])) return undefined
    const api = join(folder, 'package', 'dist', 'esm', 'management', 'api')
    const paths = ['requests/requests.d.mts', 'types/types.d.mts']
    return {
      version: /^auth0-(.+)\.tgz$/.exec(file)?.[1] ?? '',
      texts: paths.map((path) => readFileSync(join(api, path), 'utf8')),
    }
  })
}

/** The description of cognito-idp in the Python package `botocore`; `undefined` where pip cannot give it. */
export function fetchBotocore(): Package | undefined {
  return inFolder((folder) => {
    const options = ['--no-deps', '--only-binary=:all:', '--retries=0', '--quiet', '--dest', folder]
    if (!runs('python3', ['-m', 'pip', 'download', 'botocore', ...options])) return undefined
    const [file = ''] = readdirSync(folder)
    if (!runs('python3', ['-m', 'zipfile', '-e', join(folder, file), folder])) return undefined
    const service = join(folder, 'botocore', 'data', 'cognito-idp', '2016-04-18')
    return {
      version: /^botocore-([^-]+)-/.exec(file)?.[1] ?? '',
      texts: [gunzipSync(readFileSync(join(service, 'service-2.json.gz'))).toString()],
    }
  })
}

/** Where a client of packages is missing or fails, there is nothing to compare; any other error is one. */
function inFolder(get: (folder: string) => Package | undefined): Package | undefined {
  const folder = mkdtempSync(join(tmpdir(), 'models-'))
  try {
    return get(folder)
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

/** Whether the command ended well. */
function runs(command: string, options: readonly string[]): boolean {
  return spawnSync(command, options, { stdio: 'ignore', timeout: 120_000 }).status === 0
}
