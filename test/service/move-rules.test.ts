/** What each part of a move wants of a client, rule by rule, on records of the local provider; `moves.test.ts` has all providers. */

import { describe, expect, it } from 'vitest'
import type { Native } from '../../src/core/mapping/row.ts'
import { parseMergePatch } from '../../src/core/patch/patch.ts'
import { mapping as cognito } from '../../src/providers/cognito/mapping.ts'
import { mapping as hydra } from '../../src/providers/hydra/mapping.ts'
import { mapping } from '../../src/providers/local/mapping.ts'
import type { Provider } from '../../src/providers/provider.ts'
import type { Lease, Move, Standing } from '../../src/service/base/request.ts'
import {
  confirmationWish,
  moveEndWish,
  moveWish,
  narrowingWish,
} from '../../src/service/move/move-wish.ts'
import { movePatch, movesAfter, moveWarnings, presence } from '../../src/service/move/moves.ts'
import { fullCognitoClient } from '../fixtures/cognito.ts'
import { fullHydraClient } from '../fixtures/hydra.ts'
import { fullLocalClient } from '../fixtures/local.ts'

const ACTOR = { subject: 'tester', issuer: 'https://issuer.example' }
const OLD = 'https://old.example.com/cb'
const NEW = 'https://new.example.com/cb'
const THIRD = 'https://third.example.com/cb'
const FOURTH = 'https://fourth.example.com/cb'
const NOW = 5_000
const CLOCK = { now: () => NOW }
const MARK = { protected: true } as const
const NOTHING = { patch: { kind: 'merge', fields: {} }, warnings: [] }

const withCallbacks = (...redirect_uris: readonly string[]): Native => ({
  ...fullLocalClient,
  redirect_uris,
})
const add = (...values: readonly string[]) => parseMergePatch({ callbacks: { add: [...values] } })
const remove = (...values: readonly string[]) =>
  parseMergePatch({ callbacks: { remove: [...values] } })
const begun = (more: Partial<Move> = {}): Move => ({
  from: OLD,
  to: NEW,
  operationId: 'earlier',
  actor: ACTOR,
  startedAt: 1_000,
  ...more,
})
const widened = (narrowFrom = NOW) => ({ at: 2_000, by: 'endpoint' as const, narrowFrom })
/** A move of two other redirect URIs. */
const other = begun({ from: THIRD, to: FOURTH })

const PROVIDER = { mapping } as unknown as Provider

const request = () => ({
  ref: { provider: 'it', id: 'exampleClientId' },
  provider: PROVIDER,
  actor: ACTOR,
  dryRun: false,
})
const state = (message: string, details: { field?: string; retryAfter?: number } = {}) =>
  expect.objectContaining({ code: 'move_state', message, details })

describe('the beginning of a move', () => {
  const start = (
    standing: Standing | undefined,
    base: Native,
    { from = OLD, to = NEW, ...more }: { from?: string; to?: string; narrowAt?: number } = {},
  ) => {
    const patch = { kind: 'move' as const, from, to, ...more }
    return moveWish(CLOCK, { ...request(), patch }, standing, 'operation').over(base)
  }
  const fresh = begun({ operationId: 'operation', startedAt: NOW })

  it('registers the new redirect URI beside the old one, and notes that from now on', () => {
    const patch = { kind: 'move' as const, from: OLD, to: NEW }
    expect(moveWish(CLOCK, { ...request(), patch }, undefined, 'o').fields).toEqual(['callbacks'])
    expect(movePatch(patch)).toEqual(add(NEW))
    expect(start(MARK, withCallbacks(OLD))).toStrictEqual({
      patch: add(NEW),
      warnings: [],
      aim: { action: 'move', becomes: { ...MARK, moves: [fresh] } },
    })
    expect(start(undefined, withCallbacks(OLD), { narrowAt: 9_000 }).aim?.becomes).toStrictEqual({
      moves: [{ ...fresh, narrowAt: 9_000 }],
    })
  })

  it('stands after those that are open', () => {
    const { aim } = start({ moves: [other] }, withCallbacks(OLD, THIRD))
    expect(aim?.becomes.moves).toEqual([other, fresh])
  })

  it('goes on with the same move, and changes nothing but the time that is named', () => {
    const open = begun({ widened: widened() })
    const both = withCallbacks(OLD, NEW)
    const standing = { moves: [open, other] }
    expect(start(standing, both)).toStrictEqual({
      ...NOTHING,
      aim: { action: 'move', becomes: { moves: [other, open] } },
    })
    expect(start({ moves: [open] }, both, { narrowAt: 9_000 }).aim?.becomes.moves).toStrictEqual([
      { ...open, narrowAt: 9_000 },
    ])
  })

  it('is made again where someone has removed the new redirect URI, with the time that was set', () => {
    const open = begun({ widened: widened(), narrowAt: 9_000 })
    const again = start({ moves: [open] }, withCallbacks(OLD))
    expect(again).toMatchObject({ patch: add(NEW), warnings: [] })
    expect(again.aim?.becomes.moves).toStrictEqual([{ ...fresh, narrowAt: 9_000 }])
    const untimed = start({ moves: [begun()] }, withCallbacks(OLD))
    expect(untimed.aim?.becomes.moves).toStrictEqual([fresh])
  })

  it('does not go on where someone has removed the old one', () => {
    const standing = { moves: [begun()] }
    expect(() => start(standing, withCallbacks(NEW))).toThrow(
      state(
        'The move cannot go on: someone has removed the old redirect URI. Narrow the move to close it.',
      ),
    )
    expect(() => start(standing, withCallbacks(THIRD))).toThrow(
      state(
        'The move cannot go on: someone has removed both redirect URIs. Nothing was narrowed. Move it again to register the new one, or end the move.',
      ),
    )
  })

  it('is refused for a redirect URI that is to give way to itself', () => {
    expect(() => start(undefined, withCallbacks(OLD), { to: OLD })).toThrow(
      expect.objectContaining({
        code: 'invalid_field',
        message: 'to must be another redirect URI than from.',
        details: { field: 'to' },
      }),
    )
  })

  it.each([
    [{ from: THIRD, to: NEW }, 'from'],
    [{ from: FOURTH, to: NEW }, 'from'],
    [{ from: OLD, to: THIRD }, 'to'],
    [{ from: OLD, to: FOURTH }, 'to'],
  ])('is refused where another move has one of its redirect URIs (%j)', (wanted, field) => {
    expect(() => start({ moves: [other] }, withCallbacks(OLD, THIRD, FOURTH), wanted)).toThrow(
      state(`Another move is open, of "${THIRD}" to "${FOURTH}". Narrow or end it first.`, {
        field,
      }),
    )
  })

  it('is refused where the list does not have what it needs, or has what it would add', () => {
    expect(() => start(undefined, withCallbacks(THIRD))).toThrow(
      state(
        `"${OLD}" is not among client.callbacks, so there is nothing to move. Add "${NEW}" with a PATCH instead.`,
        { field: 'from' },
      ),
    )
    expect(() => start(undefined, withCallbacks(OLD, NEW))).toThrow(
      state(
        `"${NEW}" is among client.callbacks already. If logins with it succeed, remove "${OLD}" with a PATCH.`,
        { field: 'to' },
      ),
    )
  })

  it('is refused for a redirect URI that goes by itself, and for no other', () => {
    const lease: Lease = {
      field: 'callbacks',
      value: OLD,
      owner: 'pr-7',
      expiresAt: 9_000,
      actor: ACTOR,
    }
    const leased = (more: Partial<Lease>) =>
      start({ leases: [{ ...lease, ...more }] }, withCallbacks(OLD, THIRD))
    expect(() => leased({})).toThrow(
      state(
        `"${OLD}" is leased by "pr-7" and goes by itself. Lease "${NEW}" instead of moving it.`,
        { field: 'from' },
      ),
    )
    for (const more of [{ kept: true }, { field: 'webOrigins' }, { value: THIRD }] as const) {
      expect(leased(more)).toMatchObject({ patch: add(NEW) })
    }
  })

  it('is one of ten at most', () => {
    const open = (count: number) =>
      Array.from({ length: count }, (_, at) =>
        begun({ from: `https://a.example/${at}`, to: `https://b.example/${at}` }),
      )
    expect(start({ moves: open(9) }, withCallbacks(OLD)).aim?.becomes.moves).toHaveLength(10)
    expect(() => start({ moves: open(10) }, withCallbacks(OLD))).toThrow(
      expect.objectContaining({
        code: 'list_full',
        message: 'The client has 10 open moves, which is the limit. Narrow or end one first.',
      }),
    )
  })

  it('warns where the old one could not go in the present state', () => {
    const patch = { kind: 'move' as const, from: OLD, to: NEW }
    const provider = { ...PROVIDER, mapping: cognito }
    const held = { ...fullCognitoClient, CallbackURLs: [OLD], DefaultRedirectURI: OLD }
    const warnings = (base: Native, standing?: Standing) =>
      moveWish(CLOCK, { ...request(), provider, patch }, standing, 'o').over(base).warnings
    expect(warnings(held)).toEqual([
      {
        code: 'cannot_end',
        field: 'client.callbacks',
        message: expect.stringMatching(
          /^In the client's present state, the move cannot be narrowed: .*defaultCallback/,
        ),
      },
    ])
    const { DefaultRedirectURI: _, ...free } = held
    expect(warnings(free)).toEqual([])
    // It was said when the move began.
    const both = { ...held, CallbackURLs: [OLD, NEW] }
    expect(warnings(both, { moves: [begun()] })).toEqual([])
  })

  it('passes on a fault of ours', () => {
    const fault = new TypeError('a fault of ours')
    const rules = [
      {
        says: 'It holds the old one.',
        field: 'callbacks',
        holds: (next: Native) => {
          if (!(next.redirect_uris as readonly string[]).includes(OLD)) throw fault
          return true
        },
      },
    ]
    const provider = { ...PROVIDER, mapping: { ...mapping, rules } }
    const patch = { kind: 'move' as const, from: OLD, to: NEW }
    const wish = moveWish(CLOCK, { ...request(), provider, patch }, undefined, 'o')
    expect(() => wish.over(withCallbacks(OLD))).toThrow(fault)
  })
})

describe('a client that is off', () => {
  const open = { moves: [begun({ widened: widened() })] }
  const both = withCallbacks(OLD, NEW)
  const wishes = (standing: Standing) => [
    moveWish(
      CLOCK,
      { ...request(), patch: { kind: 'move', from: OLD, to: NEW } },
      standing,
      'operation',
    ),
    narrowingWish(CLOCK, { ...request(), patch: { kind: 'narrow_move', from: OLD } }, standing),
    moveEndWish({ ...request(), patch: { kind: 'end_move', from: OLD } }, standing),
  ]

  it('has no redirect URI moved, whoever switched it off', () => {
    const refusal = expect.objectContaining({
      code: 'client_suspended',
      message:
        'A redirect URI cannot be moved while the client is suspended. End the suspension first: POST /clients/{clientId}/resume.',
    })
    const suspended = { since: 1, operations: ['o'] }
    for (const wish of wishes({ ...open, suspended }))
      expect(() => wish.over(both)).toThrow(refusal)
    for (const wish of wishes(open)) {
      expect(() => wish.over({ ...both, disabled: true })).toThrow(refusal)
      expect(() => wish.over(both)).not.toThrow()
    }
  })
})

describe('the confirmation of a move', () => {
  const confirm = (
    standing: Standing | undefined,
    base = withCallbacks(OLD, NEW),
    codeSeconds?: number,
  ) => {
    const patch = { kind: 'confirm_move', from: OLD, to: NEW, by: 'wait' } as const
    const wish = confirmationWish(
      CLOCK,
      {
        provider:
          codeSeconds === undefined
            ? PROVIDER
            : { ...PROVIDER, authorization: { codeSeconds, waitSeconds: 0 } },
        patch,
      },
      standing,
    )
    expect(wish.fields).toEqual([])
    return wish.over(base)
  }

  it('notes when and by what, and from when on the old one may go', () => {
    const open = begun({ narrowAt: 9_000 })
    const standing = { ...MARK, moves: [other, open] }
    const by = (narrowFrom: number) => ({
      ...NOTHING,
      aim: {
        action: 'confirm_move',
        becomes: {
          ...MARK,
          moves: [other, { ...open, widened: { at: NOW, by: 'wait', narrowFrom } }],
        },
      },
    })
    expect(confirm(standing, undefined, 7)).toStrictEqual(by(NOW + 7_000))
    // RFC 6749 section 4.1.2 recommends ten minutes at most.
    expect(confirm(standing)).toStrictEqual(by(NOW + 600_000))
  })

  it('is nothing where there is no such move, or it is confirmed', () => {
    expect(confirm(undefined)).toStrictEqual(NOTHING)
    expect(confirm(MARK)).toStrictEqual(NOTHING)
    expect(confirm({ moves: [other] })).toStrictEqual(NOTHING)
    expect(confirm({ moves: [begun({ to: THIRD })] })).toStrictEqual(NOTHING)
    expect(confirm({ moves: [begun({ widened: widened() })] })).toStrictEqual(NOTHING)
  })

  it('is refused where one of both is gone', () => {
    expect(() => confirm({ moves: [begun()] }, withCallbacks(OLD))).toThrow(
      state(
        'The move cannot go on: someone has removed the new redirect URI. Nothing was narrowed. Move it again to register the new one, or end the move.',
      ),
    )
  })
})

describe('narrowing a move', () => {
  const narrow = (
    standing: Standing | undefined,
    base = withCallbacks(OLD, NEW),
    more: { whenDue?: true } = {},
  ) => {
    const patch = { kind: 'narrow_move' as const, from: OLD, ...more }
    const wish = narrowingWish(CLOCK, { ...request(), patch }, standing)
    expect(wish.fields).toEqual(['callbacks'])
    return wish.over(base)
  }
  const ready = begun({ widened: widened() })

  it('removes the old redirect URI, and ends the move', () => {
    const standing = { ...MARK, moves: [other, ready] }
    const aim = { action: 'narrow_move', becomes: { ...MARK, moves: [other] } }
    expect(narrow(standing)).toStrictEqual({ patch: remove(OLD), warnings: [], aim })
    expect(narrow({ moves: [ready] }).aim?.becomes).toStrictEqual({})
  })

  it('only ends the move where someone has removed the old one', () => {
    expect(narrow({ moves: [ready] }, withCallbacks(NEW))).toStrictEqual({
      ...NOTHING,
      aim: { action: 'narrow_move', becomes: {} },
    })
  })

  it('is refused where the new one is gone', () => {
    expect(() => narrow({ moves: [ready] }, withCallbacks(OLD))).toThrow(
      state(
        'The move cannot be narrowed: someone has removed the new redirect URI. Nothing was narrowed. Move it again to register the new one, or end the move.',
      ),
    )
  })

  it('is refused where none is open', () => {
    const none = state(
      `No move of "${OLD}" is open. GET /clients/{clientId}/move lists those that are.`,
      { field: 'from' },
    )
    expect(() => narrow(undefined)).toThrow(none)
    expect(() => narrow(MARK)).toThrow(none)
    expect(() => narrow({ moves: [other] })).toThrow(none)
  })

  it('is refused before it is known that the new one is accepted', () => {
    expect(() => narrow({ moves: [begun()] })).toThrow(
      state(
        `The provider is not known yet to accept "${NEW}", so the move cannot be narrowed. GET /clients/{clientId}/move shows when it is.`,
      ),
    )
  })

  it('is refused as long as codes for the old one can be redeemed, and says how long that is', () => {
    const until = (narrowFrom: number) => ({ moves: [begun({ widened: widened(narrowFrom) })] })
    expect(() => narrow(until(NOW + 1_001))).toThrow(
      state(
        `The move can be narrowed from ${new Date(NOW + 1_001).toISOString()} on: until then codes that were issued for the old redirect URI can be redeemed.`,
        { retryAfter: 2 },
      ),
    )
    expect(() => narrow(until(NOW))).not.toThrow()
  })

  it('by itself does nothing before its time, without a time, and without a move', () => {
    const whenDue = { whenDue: true } as const
    const timed = (narrowAt: number) => ({ moves: [{ ...ready, narrowAt }] })
    expect(narrow(timed(NOW + 1), undefined, whenDue)).toStrictEqual(NOTHING)
    expect(narrow({ moves: [ready] }, undefined, whenDue)).toStrictEqual(NOTHING)
    expect(narrow({ moves: [other] }, undefined, whenDue)).toStrictEqual(NOTHING)
    expect(narrow(undefined, undefined, whenDue)).toStrictEqual(NOTHING)
    expect(narrow(timed(NOW), undefined, whenDue)).toMatchObject({ patch: remove(OLD) })
    // On request it does not wait for that time.
    expect(narrow(timed(NOW + 1))).toMatchObject({ patch: remove(OLD) })
  })
})

describe('the end of a move', () => {
  const end = (standing: Standing | undefined, base: Native) => {
    const wish = moveEndWish({ ...request(), patch: { kind: 'end_move', from: OLD } }, standing)
    expect(wish.fields).toEqual(['callbacks'])
    return wish.over(base)
  }
  const standing = { ...MARK, moves: [begun(), other] }
  const aim = { action: 'end_move', becomes: { ...MARK, moves: [other] } }

  it('removes the new redirect URI', () => {
    expect(end(standing, withCallbacks(OLD, NEW))).toStrictEqual({
      patch: remove(NEW),
      warnings: [],
      aim,
    })
  })

  it('leaves the new one where the old one is gone, and says so', () => {
    expect(end(standing, withCallbacks(NEW))).toStrictEqual({
      ...NOTHING,
      warnings: [
        {
          code: 'value_stays',
          field: 'client.callbacks',
          message: 'The old redirect URI is no longer registered, so the new one stays.',
        },
      ],
      aim,
    })
  })

  it('has nothing to remove where the new one is gone', () => {
    expect(end(standing, withCallbacks(OLD))).toStrictEqual({ ...NOTHING, aim })
    expect(end(standing, withCallbacks(THIRD))).toStrictEqual({ ...NOTHING, aim })
  })

  it('is refused where none is open', () => {
    expect(() => end(MARK, withCallbacks(OLD))).toThrow(
      expect.objectContaining({ code: 'move_state', details: { field: 'from' } }),
    )
  })
})

describe('after any change', () => {
  const both = withCallbacks(OLD, NEW)
  const held = (
    base: Native,
    next: Native,
    kind: 'merge' | 'rollback' | 'undo' | 'suspension' = 'merge',
    standing: Standing | undefined = { ...MARK, moves: [begun()] },
  ) => movesAfter(mapping, [base, next], { kind }, standing)

  it('a move stays open that keeps both of its redirect URIs, or had lost them before', () => {
    const standing = { ...MARK, moves: [begun()] }
    const pairs: readonly (readonly [Native, Native])[] = [
      [both, withCallbacks(OLD, NEW, THIRD)],
      [withCallbacks(OLD), both],
      [withCallbacks(NEW), both],
      [withCallbacks(OLD), withCallbacks(OLD)],
      [withCallbacks(NEW), withCallbacks(NEW)],
      [withCallbacks(THIRD), withCallbacks()],
    ]
    for (const [base, next] of pairs) {
      expect(held(base, next)).toStrictEqual({ standing, warnings: [] })
      expect(held(base, next, 'undo')).toStrictEqual({ standing, warnings: [] })
    }
  })

  it('nothing may take away one of both without naming the move', () => {
    const refusal = state(
      'client.callbacks would lose a redirect URI that is being moved; GET /clients/{clientId}/move shows it. Keep both until the move is narrowed (POST /clients/{clientId}/move/narrow) or ended (POST /clients/{clientId}/move/end). Nothing was sent.',
      { field: 'client.callbacks' },
    )
    expect(() => held(both, withCallbacks(OLD))).toThrow(refusal)
    expect(() => held(withCallbacks(NEW), withCallbacks())).toThrow(refusal)
    for (const kind of ['merge', 'rollback', 'undo'] as const) {
      expect(() => held(both, withCallbacks(NEW), kind)).toThrow(refusal)
      expect(() => held(withCallbacks(OLD), withCallbacks(), kind)).toThrow(refusal)
    }
  })

  it.each(['rollback', 'undo'] as const)(
    'a move ends whose new redirect URI a %s takes back, and no other',
    (kind) => {
      const moves = [begun(), other]
      const next = withCallbacks(OLD, THIRD, FOURTH)
      const base = withCallbacks(OLD, NEW, THIRD, FOURTH)
      expect(held(base, next, kind, { ...MARK, moves })).toStrictEqual({
        standing: { ...MARK, moves: [other] },
        warnings: [
          {
            code: 'move_ended',
            field: 'client.callbacks',
            message: `The move of "${OLD}" to "${NEW}" ends with this: the new redirect URI is taken back, the old one stays.`,
          },
        ],
      })
      expect(held(both, withCallbacks(OLD), kind).standing).toStrictEqual(MARK)
    },
  )

  it('a suspension takes them all, and what is held by one is not gone', () => {
    const standing = { moves: [begun()] }
    expect(held(both, withCallbacks(), 'suspension', standing)).toStrictEqual({
      standing,
      warnings: [],
    })
    const record = (...redirect_uris: readonly string[]) => ({ ...fullHydraClient, redirect_uris })
    const suspended = { since: 1, operations: ['o'] }
    const off = { ...standing, suspended }
    const change = (known: Standing) =>
      movesAfter(hydra, [record(OLD, NEW), record()], { kind: 'merge' }, known)
    expect(change(off)).toStrictEqual({ standing: off, warnings: [] })
    expect(() => change(standing)).toThrow(expect.objectContaining({ code: 'move_state' }))
    expect(moveWarnings(hydra, record(), off, NOW)).toEqual([])
    expect(moveWarnings(hydra, record(), standing, NOW)).toHaveLength(1)
    // At the local provider a suspension holds no redirect URIs.
    expect(() => held(both, withCallbacks(OLD), 'merge', off)).toThrow(
      expect.objectContaining({ code: 'move_state' }),
    )
  })

  it('there is nothing to say where nothing is moved', () => {
    for (const standing of [undefined, MARK]) {
      const [base, next] = [both, withCallbacks()]
      expect(movesAfter(mapping, [base, next], { kind: 'merge' }, standing)).toStrictEqual({
        standing,
        warnings: [],
      })
      expect(moveWarnings(mapping, next, standing, NOW)).toEqual([])
    }
  })
})

describe('a reader of a client', () => {
  const warnings = (move: Move, base = withCallbacks(OLD, NEW)) =>
    moveWarnings(mapping, base, { moves: [move] }, NOW)

  it('learns that a redirect URI of a move is gone', () => {
    expect(warnings(begun(), withCallbacks(NEW))).toEqual([
      {
        code: 'move_changed',
        field: 'client.callbacks',
        message: `The move of "${OLD}" to "${NEW}" cannot go on: someone has removed the old redirect URI. Narrow the move to close it.`,
      },
    ])
    expect(warnings(begun())).toEqual([])
  })

  it('learns that a move should have been narrowed, from the very time on', () => {
    const at = (narrowAt: number, narrowFrom = 0) =>
      warnings(begun({ widened: widened(narrowFrom), narrowAt }))
    expect(at(NOW)).toEqual([
      {
        code: 'move_over',
        field: 'client.callbacks',
        message: `The move of "${OLD}" to "${NEW}" is to be narrowed, and could not be yet.`,
      },
    ])
    expect(at(NOW + 1)).toEqual([])
    expect(at(0, NOW + 1)).toEqual([])
    expect(warnings(begun({ widened: widened(0) }))).toEqual([])
    // That it is not accepted yet is what looking at the move shows.
    expect(warnings(begun({ narrowAt: 0 }))).toEqual([])
  })

  it('learns of each move', () => {
    const moves = [begun(), other]
    expect(moveWarnings(mapping, withCallbacks(OLD, THIRD), { moves }, NOW)).toHaveLength(2)
    expect(presence(mapping, withCallbacks(NEW), begun())).toEqual({ from: false, to: true })
    expect(presence(mapping, withCallbacks(OLD), begun())).toEqual({ from: true, to: false })
  })
})
