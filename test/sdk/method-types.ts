/**
 * The methods of the SDK as its users write them: their types follow from the rows of the contract, so this compiles
 * only while they mean what they should. (`npm run check`; there is nothing to run.)
 */

import type * as sdk from '../../src/sdk/index.ts'

export async function use(api: sdk.Api, signal: AbortSignal): Promise<readonly object[]> {
  const read: sdk.Answer<sdk.Client> = await api.getClient('an-id', { signal })
  const standing: sdk.Answer<sdk.Standing> = await api.getStanding({ id: 'an-id', provider: 'a' })
  const page: sdk.Answer<sdk.ClientPage> = await api.listClients({ provider: 'a', fresh: true })
  const made: sdk.Answer<sdk.Client> = await api.createClient({ kind: 'web', client: {} })
  const copied: sdk.Answer<sdk.CopyPlan> = await api.copyClient(
    'an-id',
    { provider: 'b' },
    { dryRun: true, ifMatch: '*' },
  )
  const ended: sdk.Answer<sdk.Retirement> = await api.retireSecret('an-id', 'one', {
    afterSeconds: 60,
    ownClient: true,
  })
  const ending: sdk.Answer<sdk.RetirementPlan> = await api.retireSecret('an-id', 'one', {
    dryRun: true,
  })
  const left: sdk.Answer<sdk.Leases> = await api.endLeases('an-id', { owner: 'pr-7' })
  const undone: sdk.Answer<sdk.Job> = await api.undoJob('a-job', { autoStart: false })
  const metrics: sdk.Answer<string> = await api.getMetrics()

  // @ts-expect-error: it must be said whose leases end
  await api.endLeases('an-id')
  // @ts-expect-error: one client has no pages
  await api.getClient('an-id', { limit: 5 })
  // @ts-expect-error: where a client is, its address says
  await api.getClient('an-id', { provider: 'a' })
  // @ts-expect-error: a number, and no text
  await api.searchHistory({ limit: 'many' })
  // @ts-expect-error: a job is nowhere but here
  await api.getJob({ id: 'a-job', provider: 'a' })
  // @ts-expect-error: whether it is to be protected must be said
  await api.protectClient('an-id')
  // @ts-expect-error: a secret has an id as well
  await api.retireSecret('an-id')
  // @ts-expect-error: a read plans nothing
  await api.getStanding('an-id', { dryRun: true })
  return [read, standing, page, made, copied, ended, ending, left, undone, metrics]
}
