/** The pages share one look, which can be read: colours of the console, and the contrast of each pair that is used. */

import { readFileSync } from 'node:fs'
import { expect, it } from 'vitest'
import { COLOURS } from '../../src/core/page/look.ts'

type Colour = keyof typeof COLOURS

it('is that of the console', () => {
  const [, own = ''] =
    /:root \{([^}]*)\}/.exec(readFileSync('src/console/styles.css', 'utf8')) ?? []
  const colours = Object.fromEntries(
    [...own.matchAll(/--([\w-]+): (light-dark\([^;]+\));/g)].map(([, name, value]) => [
      name,
      value,
    ]),
  )
  expect(colours).toEqual(COLOURS)
})

/** Texts, and the grounds that they are on. */
const PAIRS: readonly (readonly [Colour, Colour])[] = [
  ...(['text', 'quiet', 'accent', 'bad', 'good', 'warn'] as const).flatMap((text) =>
    (['ground', 'raised'] as const).map((ground) => [text, ground] as const),
  ),
  ['on-accent', 'accent'],
  ['text', 'mark'],
]

/** WCAG 2.2, 1.4.3: 4.5 to 1. */
it.each(PAIRS)('shows %s on %s so that it can be read, in light and dark', (text, ground) => {
  for (const side of [0, 1]) {
    const [one, other] = [luminance(text, side), luminance(ground, side)]
    const contrast = (Math.max(one, other) + 0.05) / (Math.min(one, other) + 0.05)
    expect(contrast, side === 0 ? 'light' : 'dark').toBeGreaterThanOrEqual(4.5)
  }
})

/** Relative luminance (WCAG 2.2, definitions) of a colour's light or dark side. */
function luminance(name: Colour, side: number): number {
  const hex = [...COLOURS[name].matchAll(/#(\w+)/g)][side]?.[1] ?? ''
  const digits = hex.length === 3 ? [...hex].map((digit) => digit + digit).join('') : hex
  const [red = 0, green = 0, blue = 0] = [0, 2, 4].map((at) => {
    const share = Number.parseInt(digits.slice(at, at + 2), 16) / 255
    return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4
  })
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue
}
