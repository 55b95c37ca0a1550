/**
 * What may be asked of an application of Entra ID: members and values as Microsoft Graph v1.0 documents them (application
 * resource type, "Update application").
 */

import type { FieldName } from '../../../src/core/client.ts'
import type { Json, JsonObject } from '../../../src/core/json/json.ts'
import { ask, at, type Frame, type Group, raw, setting, textsAt, value } from './ask.ts'

const APP = 'https://app.example.com'
const url = (path: string) => `${APP}/${path}`

const PLATFORMS = ['web', 'spa', 'publicClient'] as const

const held = (record: JsonObject) =>
  PLATFORMS.flatMap((platform) => textsAt(record, `${platform}.redirectUris`))

/** New ones go to the first platform that has any; what is taken away may stand in each. */
const callbacks: Group = {
  about: ['callbacks'],
  asks: (record) => {
    const now = held(record)
    const own = PLATFORMS.find((one) => textsAt(record, `${one}.redirectUris`).length > 0) ?? 'web'
    const home = `${own}.redirectUris`
    const everywhere = PLATFORMS.map((platform) => `${platform}.redirectUris`)
    const [first = ''] = now
    const forms: (readonly [Json, readonly string[]])[] = [
      [{ add: [url('one')] }, [home]],
      [{ add: [url('one'), url('two')] }, [home]],
      [[url('two')], everywhere],
      ...(first === ''
        ? []
        : ([
            [{ remove: [first] }, everywhere],
            [{ remove: [first], add: [url('one')] }, everywhere],
            [[...now, url('two')], [home]],
          ] as const)),
    ]
    return forms.map(([form, touched]) => ask({ callbacks: form }, ...touched))
  },
}

const implicit: Group = {
  about: ['grantTypes'],
  asks: (record) => {
    const flag = 'web.implicitGrantSettings.enableAccessTokenIssuance'
    const form = at(record, flag) === true ? 'remove' : 'add'
    return [ask({ grantTypes: { [form]: ['implicit'] } }, flag)]
  },
}

/** A URL that is a member of an object; `null` clears it. */
const inner = (field: FieldName, path: string): Group => ({
  about: [field],
  asks: (record) => {
    const now = at(record, path) ?? null
    const others: Json[] = [url('new'), url('other')]
    const all = now === null ? others : [...others, null]
    return all.filter((one) => one !== now).map((one) => ask({ [field]: one }, path))
  },
})

const nothing = (name: string, values: readonly Json[]): Group => ({
  about: [name],
  asks: (record) => {
    const now = record[name] ?? null
    return [...values, null]
      .filter((one) => JSON.stringify(one) !== JSON.stringify(now))
      .map((one) => raw(name, one))
  },
})

export const ENTRA: Frame = {
  states: {
    description: ['A text', null],
    notes: ['A note', null],
    groupMembershipClaims: ['All', null],
    isDisabled: [true, false, undefined],
    isFallbackPublicClient: [true, false, null],
    tags: [[], ['one'], ['one', 'two']],
    requiredResourceAccess: [[]],
    keyCredentials: [[]],
  },
  together: [
    [
      {
        web: {
          homePageUrl: null,
          logoutUrl: null,
          redirectUris: [url('a')],
          implicitGrantSettings: { enableAccessTokenIssuance: true, enableIdTokenIssuance: false },
        },
        spa: { redirectUris: [url('b'), 'http://localhost:3000/cb'] },
      },
      {
        web: {
          homePageUrl: APP,
          logoutUrl: url('out'),
          redirectUris: [],
          implicitGrantSettings: { enableAccessTokenIssuance: false, enableIdTokenIssuance: true },
        },
        spa: { redirectUris: [url('b')] },
        publicClient: { redirectUris: ['com.example.app:/cb'] },
      },
      { publicClient: { redirectUris: ['http://localhost', 'com.example.app:/cb'] } },
      {},
    ],
  ],
  groups: [
    callbacks,
    implicit,
    value('name', 'displayName', ['One', 'Zwölf', 'Name & more']),
    value('description', 'description', ['One', 'Zwölf'], 'stays'),
    {
      about: ['disabled'],
      asks: ({ isDisabled }) => [ask({ disabled: isDisabled !== true }, 'isDisabled')],
    },
    inner('clientUri', 'web.homePageUrl'),
    inner('policyUri', 'info.privacyStatementUrl'),
    inner('tosUri', 'info.termsOfServiceUrl'),
    nothing('notes', ['Other', 'Another']),
    nothing('groupMembershipClaims', ['SecurityGroup', 'All']),
    setting('tags', [['one'], ['one', 'two', 'three'], []]),
    setting('requiredResourceAccess', [[]]),
    {
      about: ['web.logoutUrl'],
      asks: () => [raw('web.logoutUrl', url('logged-out')), raw('web.logoutUrl', url('bye'))],
    },
    {
      about: ['web.implicitGrantSettings'],
      asks: (record) => {
        const path = 'web.implicitGrantSettings.enableIdTokenIssuance'
        return [raw(path, at(record, path) !== true)]
      },
    },
    {
      about: ['info.supportUrl'],
      asks: () => [raw('info.supportUrl', url('help'))],
    },
    {
      about: ['api'],
      asks: () => [
        raw('api.knownClientApplications', ['1b4f816e-5eaf-48b9-8613-7923830595aa']),
        raw('api.acceptMappedClaims', true),
      ],
    },
  ],
}
