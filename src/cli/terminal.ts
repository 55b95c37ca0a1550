/**
 * What the program writes to and reads from. Colours are for terminals only; what comes from a server
 * or a file never steers a terminal.
 */

import { createInterface } from 'node:readline/promises'
import type { Readable, Writable } from 'node:stream'
import { stringifyJson } from '../core/json/json-text.ts'

export interface Streams {
  readonly input: Readable & { readonly isTTY?: boolean | undefined }
  readonly output: Writable & { readonly isTTY?: boolean | undefined }
  readonly errors: Writable & { readonly isTTY?: boolean | undefined }
  /** What happens when nobody reads the output any more. */
  onClosed?(): void
}

export type Style = 'added' | 'removed' | 'strong' | 'faint'

export interface Terminal {
  /** Whether somebody is there to be asked. */
  readonly person: boolean
  /** Whether what is printed goes to eyes, which want it in parts. */
  readonly pages: boolean
  /** One line of the result. */
  print(line: string): void
  /** A value as JSON, alone on standard output. */
  printJson(value: unknown): void
  /** One line beside the result. */
  note(line: string): void
  /** A line that the next one replaces; nothing where nobody looks. An empty one ends it. */
  progress(line: string): void
  /** In colour, where there are colours. */
  style(style: Style, text: string): string
  /** Asks a question; only a clear yes is one. */
  confirm(question: string): Promise<boolean>
  /** Everything that comes in. */
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
  return {
    person: input.isTTY === true && errors.isTTY === true,
    pages: output.isTTY === true,
    print: (line) => void output.write(`${line}\n`),
    printJson: (value) => void output.write(`${plainLines(stringifyJson(value, 2))}\n`),
    note: (line) => void errors.write(`${line}\n`),
    progress: (line) => {
      if (steered) errors.write(`${CLEAR_LINE}${line}`)
    },
    style: (style, text) => (coloured ? `\u001b[${CODES[style]}m${text}\u001b[0m` : text),
    confirm: async (question) => {
      const asking = createInterface({ input, output: errors })
      // Whoever ends the input has not said yes.
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

/** Control and formatting characters, spelled out: they would move the cursor or turn text around. */
export const plain = (text: string): string => spelled(text, /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu)

/** The same for text of several lines. JSON means the same with them spelled out. */
const plainLines = (text: string): string => spelled(text, /(?!\n)[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu)

function spelled(text: string, characters: RegExp): string {
  return text.replace(characters, (one) =>
    Array.from({ length: one.length }, (_, index) => {
      const unit = one.charCodeAt(index).toString(16).padStart(4, '0')
      return `\\u${unit}`
    }).join(''),
  )
}
