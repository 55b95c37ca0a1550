/**
 * Where the program writes to and reads from. Colours are for terminals only; text from a server
 * or a file never controls the terminal.
 */

import { createInterface } from 'node:readline/promises'
import type { Readable, Writable } from 'node:stream'
import { stringifyJson } from '../core/json/json-text.ts'

export interface Streams {
  readonly input: Readable & { readonly isTTY?: boolean | undefined }
  readonly output: Writable & { readonly isTTY?: boolean | undefined }
  readonly errors: Writable & { readonly isTTY?: boolean | undefined }
  /** Called when no one reads the output any more. */
  onClosed?(): void
}

export type Style = 'added' | 'removed' | 'strong' | 'faint'

export interface Terminal {
  /** Whether there is someone to ask. */
  readonly person: boolean
  /** Whether a person reads the output, and so wants it in parts. */
  readonly pages: boolean
  /** Prints one line of the result. */
  print(line: string): void
  /** Prints a value as JSON, alone on standard output. */
  printJson(value: unknown): void
  /** Prints one line beside the result, on standard error. */
  note(line: string): void
  /**
   * Prints a line that the next one replaces; nothing without a terminal. An empty line ends it.
   */
  progress(line: string): void
  /** From now on prints a name in place of each of these texts. */
  mask(names: ReadonlyMap<string, string>): void
  /** Adds colour, if there are colours. */
  style(style: Style, text: string): string
  /** Asks a question; only a clear yes counts. */
  confirm(question: string): Promise<boolean>
  /** Reads all of standard input. */
  readInput(): Promise<string>
}

/** ECMA-48, SGR. */
const CODES: Readonly<Record<Style, number>> = { added: 32, removed: 31, strong: 1, faint: 2 }
const CLEAR_LINE = '\r\u001b[K'

/** `colours`: whether the environment allows them. */
export function createTerminal(streams: Streams, colours: boolean): Terminal {
  const { input, output, errors } = streams
  const coloured = colours && output.isTTY === true
  const steered = colours && errors.isTTY === true
  let masked = (text: string) => text
  return {
    person: input.isTTY === true && errors.isTTY === true,
    pages: output.isTTY === true,
    print: (line) => void output.write(`${masked(line)}\n`),
    printJson: (value) => void output.write(`${masked(plainLines(stringifyJson(value, 2)))}\n`),
    note: (line) => void errors.write(`${masked(line)}\n`),
    progress: (line) => {
      if (steered) errors.write(`${CLEAR_LINE}${line}`)
    },
    mask: (names) => {
      masked = maskOf(names, masked)
    },
    style: (style, text) => (coloured ? `\u001b[${CODES[style]}m${text}\u001b[0m` : text),
    confirm: async (question) => {
      const asking = createInterface({ input, output: errors })
      // The end of the input is not a yes.
      const ended = new Promise<string>((resolve) => asking.once('close', () => resolve('')))
      const answer = await Promise.race([asking.question(`${question} [y/N] `), ended])
      asking.close()
      return /^y(es)?$/i.test(answer.trim())
    },
    readInput: async () => {
      const chunks: Buffer[] = []
      for await (const chunk of input) chunks.push(Buffer.from(chunk as Uint8Array))
      return Buffer.concat(chunks).toString('utf8')
    },
  }
}

/** A text that is shorter is a part of too many words; values in plans and files are hidden all the same. */
const SHORTEST_MASKED = 4
/** In JSON they are no texts. */
const LITERAL = /^(true|false|null|-?[\d.]+)$/

function maskOf(names: ReadonlyMap<string, string>, before: (text: string) => string) {
  // In JSON a text may be spelled otherwise, and a terminal may get it so.
  const spellings = [...names]
    .filter(([text]) => text.length >= SHORTEST_MASKED && !LITERAL.test(text))
    .flatMap(([text, name]) =>
      [text, plain(text), JSON.stringify(text).slice(1, -1)].map((one) => [one, name] as const),
    )
    .sort(([one], [other]) => other.length - one.length)
  return (text: string) =>
    spellings.reduce((line, [one, name]) => line.replaceAll(one, () => `\${${name}}`), before(text))
}

/** Escapes control and formatting characters, which could move the cursor or reverse text. */
export const plain = (text: string): string => spelled(text, /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu)

/** The same for text of several lines. JSON keeps its meaning with these characters escaped. */
const plainLines = (text: string): string => spelled(text, /(?!\n)[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu)

function spelled(text: string, characters: RegExp): string {
  return text.replace(characters, (one) =>
    Array.from({ length: one.length }, (_, index) => {
      const unit = one.charCodeAt(index).toString(16).padStart(4, '0')
      return `\\u${unit}`
    }).join(''),
  )
}
