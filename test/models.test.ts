/**
 * The comparison with published models, on models written for the test: the published ones are not here, and
 * what they say today is asked by `npm run models` alone.
 */

import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { sentenceOf, withSentence } from '../scripts/models/agreement.ts'
import { readBotocore } from '../scripts/models/botocore.ts'
import { auth0Lines, cognitoLines, unexplained } from '../scripts/models/compare.ts'
import { readDeclarations } from '../scripts/models/declarations.ts'
import { differences, type Model } from '../scripts/models/model.ts'

describe('docs/providers', () => {
  const agreed = JSON.parse(readFileSync('scripts/models/agreed.json', 'utf8'))

  it.each(['auth0', 'cognito'] as const)('names the last agreement of %s', (provider) => {
    const page = readFileSync(`docs/providers/${provider}.md`, 'utf8')
    const sentence = sentenceOf(provider, agreed[provider])
    expect(page).toContain(sentence)
    const later = sentenceOf(provider, { version: '99.0.0', date: '2099-01-01' })
    expect(withSentence(page, later)).toBe(page.replace(sentence, later))
  })
})

const between = (theirs: Model, ours: Model) =>
  differences({
    theirs,
    ours,
    aspects: ['nullable', 'required', 'open', 'min', 'max', 'pattern', 'sensitive'],
    place: 'update',
  })
const object = (members: Readonly<Record<string, Model>>, more: Partial<Model> = {}): Model => ({
  type: 'object',
  members,
  ...more,
})
const TEXT: Model = { type: 'string' }

describe('differences', () => {
  it.each<[string, Model, Model, readonly string[]]>([
    ['nothing', object({ a: TEXT }), object({ a: TEXT }), []],
    ['a new member', object({ a: TEXT }), object({}), ['new: update.a (string)']],
    ['a member that is gone', object({}), object({ a: TEXT }), ['gone: update.a']],
    [
      'nothing below a new member',
      object({ a: object({ b: object({ c: TEXT }) }) }),
      object({}),
      ['new: update.a (object)'],
    ],
    [
      'values',
      object({ a: { type: 'list', items: { type: 'string', values: ['x', 'z'] } } }),
      object({ a: { type: 'list', items: { type: 'string', values: ['x', 'y'] } } }),
      ['new: update.a[] value z', 'gone: update.a[] value y'],
    ],
    [
      'a text that has values now',
      object({ a: { type: 'string', values: ['x', 'z'] } }),
      object({ a: TEXT }),
      ['changed: update.a: any text → one of x, z'],
    ],
    [
      'bounds',
      object({ a: { type: 'number', min: 0, max: 60 } }),
      object({ a: { type: 'number', min: 1, max: 60 } }),
      ['changed: update.a: min 1 → 0'],
    ],
    [
      'a pattern and a secret',
      object({ a: { type: 'string', pattern: 'b+', sensitive: true } }),
      object({ a: { type: 'string', pattern: 'a+' } }),
      ['changed: update.a: pattern a+ → b+', 'changed: update.a: sensitive no → true'],
    ],
    [
      'null, required members and others',
      object({ a: { ...TEXT, nullable: true } }, { required: ['a'] }),
      object({ a: TEXT }, { open: true }),
      [
        'changed: update: open true → no',
        'changed: update: required () → (a)',
        'changed: update.a: nullable no → true',
      ],
    ],
    [
      'another type',
      object({ a: { type: 'list', items: TEXT } }),
      object({ a: TEXT }),
      ['changed: update.a: string → list'],
    ],
    [
      'a type that cannot be read',
      object({ a: { type: 'unread' } }),
      object({ a: TEXT }),
      ['not read: update.a'],
    ],
  ])('are %s', (_, theirs, ours, lines) => {
    expect(between(theirs, ours)).toEqual(lines)
  })
})

it('leaves out what is explained, and names explanations of nothing', () => {
  const explanations = [{ reason: 'It is meant.', lines: ['gone: a', 'gone: b'] }]
  const left = unexplained(['gone: a', 'new: c'], explanations)
  expect(left).toEqual(['new: c', 'explains nothing: gone: b'])
})

it('reads declarations', () => {
  const named = readDeclarations([
    `export interface Request {
    /** A name; never empty. */
    name: string;
    /** Some. */
    urls?: string[] | undefined;
    kind?: (Management.KindEnum | null) | undefined;
    parts?: Management.Parts | undefined;
    more?: Record<string, unknown>;
    odd?: string | number;
    inline?: {
        deep: string;
    };
    absent?: Management.Absent;
    "quoted-name"?: boolean;
}
export type Parts = Management.Part[];
export interface Part extends Management.Base {
    size?: number | undefined;
    [key: string]: any;
}
`,
    `/** Kinds. */
export declare const KindEnum: {
    readonly One: "one";
    readonly Two: "two-2";
};
export type KindEnum = (typeof KindEnum)[keyof typeof KindEnum];
`,
  ])
  expect(named('Request')).toMatchObject({
    type: 'object',
    open: false,
    required: ['name'],
    members: {
      name: { type: 'string' },
      urls: { type: 'list', items: { type: 'string' } },
      kind: { type: 'string', values: ['one', 'two-2'], nullable: true },
      parts: {
        type: 'list',
        items: { type: 'object', open: true, members: { size: { type: 'number' } } },
      },
      more: { type: 'object', open: true },
      odd: { type: 'unread' },
      inline: { type: 'unread' },
      absent: { type: 'unread' },
      'quoted-name': { type: 'boolean' },
    },
  })
})

it('reads a description of botocore', () => {
  const shapes = {
    Request: {
      type: 'structure',
      required: ['Id'],
      members: { Id: { shape: 'IdType', documentation: '…' }, Flows: { shape: 'FlowsType' } },
    },
    IdType: { type: 'string', min: 1, max: 55, pattern: '[a-z]+', sensitive: true },
    FlowsType: { type: 'list', min: 0, max: 3, member: { shape: 'FlowType' } },
    FlowType: { type: 'string', enum: ['code'] },
  }
  expect(readBotocore(JSON.stringify({ shapes }))('Request')).toEqual({
    type: 'object',
    required: ['Id'],
    members: {
      Id: { type: 'string', min: 1, max: 55, pattern: '[a-z]+', sensitive: true },
      Flows: { type: 'list', max: 3, items: { type: 'string', values: ['code'] } },
    },
  })
})

describe('a model that has nothing of a client', () => {
  it('makes a line for every member that an update of Cognito takes', () => {
    const structure = { type: 'structure', members: {} }
    const names = [
      'CreateUserPoolClientRequest',
      'UpdateUserPoolClientRequest',
      'UserPoolClientType',
    ]
    const shapes = Object.fromEntries(names.map((name) => [name, structure]))
    const lines = cognitoLines([JSON.stringify({ shapes })])
    expect(lines).toContain('gone: UpdateUserPoolClient.CallbackURLs')
    expect(lines).toContain('gone: settable.AuthSessionValidity')
    expect(lines).toContain('gone: shown.ClientSecretArn')
    expect(lines).toContain('gone: CallbackURLs of callbacks')
  })

  it('makes a line for a value that our rules refuse', () => {
    const shapes = {
      UpdateUserPoolClientRequest: {
        type: 'structure',
        members: { AuthSessionValidity: { shape: 'Minutes' } },
      },
      Minutes: { type: 'integer', min: 3, max: 16 },
    }
    const lines = cognitoLines([JSON.stringify({ shapes })])
    expect(lines).toContain('changed: UpdateUserPoolClient.AuthSessionValidity: max 15 → 16')
    expect(lines).toContain('changed: rule of AuthSessionValidity: refuses 16')
    expect(lines).not.toContain('changed: rule of AuthSessionValidity: refuses 3')
  })

  it('is not read where a name is gone', () => {
    expect(auth0Lines([])).toContain('not read: update')
    expect(cognitoLines(['{"shapes":{}}'])).toContain('not read: UpdateUserPoolClient')
  })
})
