/** `clientry check PLACE --prove` as a process of its own, over one provider of a configuration. */

import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { JsonObject } from '../../src/core/json/json.ts'
import type { RecordedCall } from '../../src/program/recording.ts'
import type { RuleResult } from '../../src/service/proof/prove.ts'
import { clientry, type Ended } from './command-line.ts'

export const SECRETS = {
  CLIENTRY_KEY: Buffer.alloc(32, 3).toString('base64'),
  PROVIDER_SECRET: 'emulator-secret',
  INITIAL_TOKEN: 'initial-access-token-of-the-peer',
}

export interface Proof {
  readonly rules: readonly RuleResult[]
  readonly calls: number
  readonly recording: readonly RecordedCall[]
}

/** Writes the configuration, with `it` as the name of the provider. */
export function configure(folder: string, provider: JsonObject): void {
  const config = {
    mode: 'development',
    key: { env: 'CLIENTRY_KEY' },
    store: { type: 'sqlite', path: 'prove.db', create: true },
    auth: {
      issuers: [{ issuer: 'https://issuer.example', audience: ['urn:clientry'] }],
      permissions: [],
    },
    defaultProvider: 'it',
    providers: { it: provider },
  }
  // JSON is YAML.
  writeFileSync(join(folder, 'clientry.yaml'), JSON.stringify(config))
}

/** Runs the command. */
export const check = (
  folder: string,
  words: readonly string[],
  env: Readonly<Record<string, string>> = {},
): Promise<Ended> =>
  clientry(['check', ...words, '--config', 'clientry.yaml'], {
    folder,
    env: { ...SECRETS, ...env },
  })

/** The rules that were tried, and how many calls that took. */
export async function proven(folder: string, place: string, env = {}): Promise<Proof> {
  const { out, err } = await check(folder, [place, '--prove', '--yes', '--json'], env)
  if (out === '') throw new TypeError(err)
  return JSON.parse(out) as Proof
}

/** What is not as expected, for a message that says why. */
export const failing = ({ rules }: Proof) => rules.filter(({ outcome }) => outcome !== 'holds')
