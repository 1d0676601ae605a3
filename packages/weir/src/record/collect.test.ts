import { afterEach, describe, expect, it } from 'vitest'
import type { Outcome } from '@weir/core'
import { collectOutcomes } from './collect.ts'
import { startModelServer, type ModelServer } from '../demo/model-server.ts'
import type { UpstreamModel } from '../upstream/definition.ts'

const open: ModelServer[] = []
afterEach(async () => {
  await Promise.all(open.splice(0).map((server) => server.close()))
})

interface Fake {
  readonly upstream: UpstreamModel
  readonly asked: string[]
}

async function start(model: string, reply: (prompt: string) => string): Promise<Fake> {
  const asked: string[] = []
  const server = await startModelServer(
    {
      model,
      reply(prompt) {
        asked.push(prompt)
        return { text: reply(prompt), tried: 1 }
      },
    },
    { msPerToken: 0 },
  )
  open.push(server)
  return { asked, upstream: { model, baseUrl: server.url, inputUsdPerMTok: 1, outputUsdPerMTok: 10 } }
}

const questions = Array.from({ length: 20 }, (_, index) => ({
  id: `q${index}`,
  prompt: `say ${index}`,
  category: 'echo',
  wanted: String(index),
}))
const grade = ({ wanted }: (typeof questions)[number], text: string): number => (text === wanted ? 1 : 0)

describe('collectOutcomes', () => {
  it('asks every model every question and keeps the order of the questions', async () => {
    const good = await start('good', (prompt) => prompt.slice(4))
    const bad = await start('bad', () => '7')
    const rows = await collectOutcomes({
      models: [good.upstream, bad.upstream],
      questions,
      grade,
      metric: 'exact',
      dataset: 'test',
      concurrency: 4,
    })
    expect(rows.map(({ id }) => id)).toEqual(questions.map(({ id }) => id))
    expect(rows[3]).toEqual({
      id: 'q3',
      dataset: 'test',
      category: 'echo',
      metric: 'exact',
      prompt: 'say 3',
      models: {
        good: {
          score: 1,
          response: '3',
          inputTokens: 2,
          outputTokens: 1,
          costUsd: 0.000012,
          latencyMs: expect.any(Number),
        },
        bad: {
          score: 0,
          response: '7',
          inputTokens: 2,
          outputTokens: 1,
          costUsd: 0.000012,
          latencyMs: expect.any(Number),
        },
      },
    })
    expect(rows.filter(({ models }) => models['bad']?.score === 1).map(({ id }) => id)).toEqual(['q7'])
  })

  it('goes on where an earlier run stopped', async () => {
    const good = await start('good', (prompt) => prompt.slice(4))
    const known: Outcome[] = []
    await collectOutcomes({
      models: [good.upstream],
      questions: questions.slice(0, 12),
      grade,
      metric: 'exact',
      onRow: (row) => known.push(row),
    })
    good.asked.length = 0
    const rows = await collectOutcomes({ models: [good.upstream], questions, grade, metric: 'exact', known })
    expect(good.asked).toHaveLength(8)
    expect(rows.map(({ id }) => id)).toEqual(questions.map(({ id }) => id))
  })

  it('fails with the code of the upstream that cannot be reached', async () => {
    const models = [{ model: 'gone', baseUrl: 'http://127.0.0.1:1' }]
    await expect(collectOutcomes({ models, questions, grade, metric: 'exact' })).rejects.toMatchObject({
      code: 'upstream.connect',
      message: expect.stringContaining('gone'),
    })
  })

  it('stops when it is told to', async () => {
    const stop = new AbortController()
    const good = await start('good', (prompt) => {
      stop.abort()
      return prompt
    })
    const collecting = collectOutcomes({
      models: [good.upstream],
      questions,
      grade,
      metric: 'exact',
      concurrency: 2,
      signal: stop.signal,
    })
    await expect(collecting).rejects.toMatchObject({ code: 'cli.interrupted' })
    expect(good.asked.length).toBeLessThan(questions.length)
  })
})
