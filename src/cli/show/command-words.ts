/** Messages of the server name requests and their members; the command has words of its own for them. */

/** What a message of the server says, and what it says to a user of the command. */
export const COMMAND_WORDS: readonly (readonly [RegExp, string])[] = [
  [/(?:GET|PUT|POST|PATCH|DELETE) \/\S+ \((clientry [^)]+)\)/g, '$1'],
  [/PUT \/clients\/\{clientId\}\/protection with "protected": false/g, 'clientry unprotect'],
  [/POST \/clients\/\{clientId\}\/move\/(narrow|end)/g, 'clientry move $1'],
  [/GET \/clients\/\{clientId\}\/move/g, 'clientry move list'],
  [/POST \/clients\/\{clientId\}\/(suspend|resume)/g, 'clientry $1'],
  [/GET \/clients\/\{clientId\}\/(history|secrets|lint|keys)/g, 'clientry $1'],
  [/POST \/clients\/\{clientId\}\/rotate-secret/g, 'clientry rotate-secret'],
  [/DELETE \/clients\/\{clientId\}\/keys\/\{kid\}/g, 'clientry remove-key'],
  [/the request has "ownClient": true/g, 'you add --own-client'],
  [/set "allowLoss": true/g, 'add --allow-loss'],
  [/set "allowPartial": true/g, 'add --partial'],
  [/cutOver must be true:/g, '--cut-over is required:'],
  [/cutOver must be absent:/g, '--cut-over is not allowed:'],
  [
    /retireAfterSeconds must be absent with cutOver:/g,
    '--retire-after and --cut-over exclude each other:',
  ],
  [/a rotation with cutOver/g, 'clientry rotate-secret --cut-over'],
  [/retireAfterSeconds/g, '--retire-after'],
  [/Idempotency-Key/g, '--key'],
  [/If-Match/g, '--if-match'],
  [/(?:client\.)?userPoolId/g, '--pool'],
]

/** A message of the server in the words of the command. */
export const inCommandWords = (message: string): string =>
  COMMAND_WORDS.reduce((text, [pattern, words]) => text.replace(pattern, words), message)
