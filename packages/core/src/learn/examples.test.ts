import { describe, expect, it } from 'vitest'
import type { Encoder } from '../contract/features.ts'
import type { Outcome } from '../contract/outcome.ts'
import type { Query } from '../contract/query.ts'
import { toExamples } from './examples.ts'

const PAIR = { small: 's', large: 'l' }

/** Sees nothing but the length of the text. */
const encoder: Encoder = {
  spec: { name: 'length', version: 1, buckets: 0, channels: [], surface: ['chars'] },
  encode: ({ turns }) => ({
    indices: new Uint32Array(),
    values: new Float32Array(),
    surface: Float32Array.of(turns[0]?.text.length ?? 0),
    truncated: false,
  }),
}

const toQuery = ({ prompt }: Outcome): Query | undefined =>
  prompt === undefined
    ? undefined
    : { turns: [{ role: 'user', text: prompt }], tools: 0, images: 0, wantsJson: false }

function makeRows(count: number): Outcome[] {
  return Array.from({ length: count }, (_, i) => ({
    id: String(i),
    category: 'c',
    prompt: `text ${i}`,
    models: { s: { score: 0.25 }, l: { samples: [{ score: 1 }, { score: 0.5 }] } },
  }))
}

describe('toExamples', () => {
  it('reads features, both scores, the gap and the category', () => {
    const [example] = toExamples(makeRows(60), { pair: PAIR, encoder, toQuery })
    expect(example?.gap).toBe(0.25 - 0.75)
    expect(example?.outcome).toMatchObject({ smallScores: [0.25], largeScores: [1, 0.5] })
    expect(example?.category).toBe('c')
    expect(example?.features.surface[0]).toBe(6)
  })

  it('leaves out rows that say nothing about the pair or hold no text', () => {
    const rows = makeRows(60)
    const unjudged: Outcome = { id: 'u', prompt: 'x', models: { s: { score: 1 }, l: {} } }
    const silent: Outcome = { id: 'v', models: { s: { score: 1 }, l: { score: 1 } } }
    const options = { pair: PAIR, encoder, toQuery }
    expect(toExamples([unjudged, ...rows, silent], options).length).toBe(60)
  })

  it('knows a text again however cased and spaced', () => {
    const rows = makeRows(60).map((row, i) =>
      i < 2 ? { ...row, prompt: [' Same  Text', 'same\ntext'][i]! } : row,
    )
    const [a, b, c] = toExamples(rows, { pair: PAIR, encoder, toQuery })
    expect(a?.textKey).toBe(b?.textKey)
    expect(a?.textKey).not.toBe(c?.textKey)
  })
})
