/**
 * What callers without a token, or with a small one, can do to the server by the requests alone: the
 * memory it takes, and the longest that `/healthz` waits meanwhile. Rounds with and without the abuse
 * take turns, since on a busy machine `/healthz` waits without any.
 */

import http from 'node:http'
import type { Built } from './built.ts'
import { fillJob } from './job-log.ts'
import { type Running, start } from './processes.ts'
import { digits, type Row } from './report.ts'
import { ready, startClientry, type Upstream } from './upstream.ts'

const SECTION = 'abuse of the server'
/** How long one round lasts (milliseconds). */
const ROUND_MS = 4_000

interface Subject {
  readonly url: string
  readonly running: Running
}

/** What callers with no token, and with a small one, can do. */
export async function measureAbuse(
  built: Built,
  upstream: Upstream,
  rounds: number,
): Promise<readonly Row[]> {
  const pipelines = await measurePipelines(built, upstream, rounds)
  return [...pipelines, ...(await measureStreams(built, upstream, rounds))]
}

/** 500 connections that each send 200 requests in one write and read nothing. */
async function measurePipelines(
  built: Built,
  upstream: Upstream,
  rounds: number,
): Promise<readonly Row[]> {
  const server = await startClientry(built, upstream, 'auth0', built.file('abuse-pipelines.db'))
  const { before, after, figures } = await inRounds(rounds, server, async (meanwhile) => {
    const abuser = start(built.process('abuser'), built.process('control'), { TARGET: server.url })
    await Promise.all([ready<number>(abuser, 'opened'), meanwhile()])
    await abuser.stop()
  })
  const memory: Row = {
    section: SECTION,
    name: 'memory, 500 connections x 200 pipelined, unread',
    figure: after - before,
    unit: 'MB',
    aim: 100,
    detail: `peak ${digits(after)} MB, without ${digits(before)} MB`,
  }
  return [memory, ...healthRows('500 connections x 200 pipelined', figures, 100)]
}

/** 500 streams of one finished job of 10,000 clients. */
async function measureStreams(
  built: Built,
  upstream: Upstream,
  rounds: number,
): Promise<readonly Row[]> {
  const file = built.file('abuse-streams.db')
  const job = await fillJob(file, 10_000)
  const callers = Array.from({ length: 25 }, (_, index) => `reader-${index}`)
  const tokens = await Promise.all(callers.map(upstream.subject.tokenOf))
  const server = await startClientry(built, upstream, 'auth0', file)
  const { figures } = await inRounds(rounds, server, async (meanwhile) => {
    const readers = start(built.process('readers'), built.process('control'), {
      TARGET: `${server.url}/jobs/${job}/events`,
      TOKENS: JSON.stringify(tokens),
    })
    await Promise.all([ready<number>(readers, 'ended'), meanwhile()])
    await readers.stop()
  })
  return healthRows('500 event streams of a job of 10,000', figures, 200)
}

/** Rounds without the abuse and with it; then the server is stopped. */
async function inRounds(
  rounds: number,
  server: Subject,
  abuse: (meanwhile: () => Promise<void>) => Promise<void>,
) {
  const figures: Figures = { quiet: [], abused: [], blocks: [] }
  // What it takes at rest is known once it has answered.
  await worstHealth(server)
  const before = await peakOf(server)
  for (let round = 0; round < rounds; round += 1) {
    figures.quiet.push(await worstHealth(server))
    await server.running.ask('block')
    await abuse(async () => {
      figures.abused.push(await worstHealth(server))
    })
    figures.blocks.push(await server.running.ask<number>('block'))
  }
  const after = await peakOf(server)
  await server.running.stop()
  return { before, after, figures }
}

interface Figures {
  /** The worst `/healthz` of each round, without the abuse and with it. */
  readonly quiet: number[]
  readonly abused: number[]
  /** The most processor time at a stretch that others waited for. */
  readonly blocks: number[]
}

function healthRows(what: string, { quiet, abused, blocks }: Figures, aim: number): readonly Row[] {
  const listed = (values: readonly number[]) => values.map(digits).join(', ')
  const row = { section: SECTION, unit: 'ms', aim } as const
  return [
    {
      ...row,
      name: `worst /healthz, ${what}`,
      figure: Math.max(...abused),
      detail: `rounds ${listed(abused)}; without ${listed(quiet)}`,
    },
    {
      ...row,
      name: `longest processor time at a stretch, ${what}`,
      figure: Math.max(...blocks),
      detail: `rounds ${listed(blocks)}`,
    },
  ]
}

/** The most that the process has ever taken (MB). */
const peakOf = ({ running }: Subject) => running.ask<number>('peak')

/** The longest that an answer took while asked again and again, over one connection. */
async function worstHealth({ url }: Subject): Promise<number> {
  const agent = new http.Agent({ keepAlive: true })
  const until = performance.now() + ROUND_MS
  let worst = 0
  while (performance.now() < until) {
    worst = Math.max(worst, await timeOf(`${url}/healthz`, agent))
    await new Promise((resume) => setTimeout(resume, 5))
  }
  agent.destroy()
  return worst
}

function timeOf(url: string, agent: http.Agent): Promise<number> {
  const begun = performance.now()
  return new Promise((resolve, reject) => {
    const request = http.get(url, { agent }, (response) => {
      response.resume()
      response.once('end', () => resolve(performance.now() - begun))
    })
    request.once('error', reject)
  })
}
