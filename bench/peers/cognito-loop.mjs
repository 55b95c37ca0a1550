/**
 * The loop that people write with the AWS SDK: `whole` reads each client and sends all of it back, since
 * the update resets what it leaves out; without it only what changes is sent, as the name of the call suggests.
 */

import {
  CognitoIdentityProviderClient,
  DescribeUserPoolClientCommand,
  UpdateUserPoolClientCommand,
} from '@aws-sdk/client-cognito-identity-provider'

const { endpoint, region, credentials, userPoolId, callback, ids, atOnce, whole } = JSON.parse(
  process.env.BENCH_TASK,
)
const cognito = new CognitoIdentityProviderClient({ endpoint, region, credentials })

async function change(ClientId) {
  const address = { UserPoolId: userPoolId, ClientId }
  const { UserPoolClient } = await cognito.send(new DescribeUserPoolClientCommand(address))
  const { ClientSecret, CreationDate, LastModifiedDate, ClientType, ...kept } = UserPoolClient
  const CallbackURLs = [...(kept.CallbackURLs ?? []), callback]
  const input = { ...(whole ? kept : {}), ...address, CallbackURLs }
  await cognito.send(new UpdateUserPoolClientCommand(input))
}

let failed = 0
const tried = (id) =>
  change(id).catch(() => {
    failed += 1
  })
if (atOnce) await Promise.all(ids.map(tried))
else for (const id of ids) await tried(id)
console.log(JSON.stringify({ failed }))
