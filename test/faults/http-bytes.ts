/**
 * HTTP/1.1 messages cut out of a stream of bytes, as far as our own client and the emulators use it: a
 * head, then as many bytes as `Content-Length` says.
 */

export interface Message {
  /** Start line and headers, without the empty line. */
  readonly head: string
  /** The whole message as it came. */
  readonly bytes: Buffer
}

export interface Splitter {
  /** Takes what came and gives the messages that are whole by now. */
  take(chunk: Buffer): readonly Message[]
  /** What came of a message that is not whole. */
  rest(): Buffer
}

const END_OF_HEAD = '\r\n\r\n'

/** Cuts one direction of one connection into messages. */
export function createSplitter(): Splitter {
  let held = Buffer.alloc(0)
  return {
    take: (chunk) => {
      held = Buffer.concat([held, chunk])
      const messages: Message[] = []
      for (let size = sizeOf(held); size !== undefined; size = sizeOf(held)) {
        const bytes = held.subarray(0, size)
        messages.push({ head: headOf(bytes), bytes })
        held = held.subarray(size)
      }
      return messages
    },
    rest: () => held,
  }
}

const headOf = (bytes: Buffer) => bytes.subarray(0, bytes.indexOf(END_OF_HEAD)).toString('latin1')

/** Length of the first message in bytes; `undefined` while it is not whole. */
function sizeOf(bytes: Buffer): number | undefined {
  const end = bytes.indexOf(END_OF_HEAD)
  if (end < 0) return undefined
  const length = /^content-length: *(\d+)/im.exec(headOf(bytes))?.[1] ?? '0'
  const size = end + END_OF_HEAD.length + Number(length)
  return bytes.length < size ? undefined : size
}
