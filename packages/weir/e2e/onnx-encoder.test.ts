/**
 * An ONNX model beside weir. With a runtime of the test's own that looks tokens up in the same table, always; with onnxruntime-node where it is
 * installed: WEIR_ONNXRUNTIME names a folder that has it.
 */
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { checkEmbedder } from '@weir/core/suites'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { openOnnxEmbedder } from '../src/encoder/onnx-embedder.ts'
import { TABLE, writeTinyModel } from './onnx-support.ts'
import { loadOnnxRuntime, type OnnxRuntime, type OnnxTensor } from '../src/encoder/onnx-runtime.ts'
import { poolTokens } from '../src/encoder/pool-tokens.ts'

let folder = ''
const encoder = (): string => join(folder, 'encoder')
const classifier = (): string => join(folder, 'classifier')

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'weir-onnx-'))
  await writeTinyModel(encoder(), 'encoder')
  await writeTinyModel(classifier(), 'classifier')
})
afterAll(() => rm(folder, { recursive: true }))

interface FakeTensor {
  readonly data: BigInt64Array
  readonly dims: readonly number[]
}

/** Looks tokens up, as the model of the fixture does. */
const FAKE: OnnxRuntime = {
  InferenceSession: {
    create: async () => ({
      inputNames: ['input_ids', 'attention_mask'],
      outputNames: ['last_hidden_state'],
      async run(feeds) {
        const { data, dims } = feeds['input_ids'] as FakeTensor
        const rows = [...data].flatMap((id) => TABLE[Number(id)] ?? [])
        return { last_hidden_state: { data: rows, dims: [...dims, 2] } satisfies OnnxTensor }
      },
    }),
  },
  Tensor: class {
    readonly data: BigInt64Array
    readonly dims: readonly number[]
    constructor(_type: 'int64', data: BigInt64Array, dims: readonly number[]) {
      this.data = data
      this.dims = dims
    }
  },
}

const real = await loadOnnxRuntime().catch(() => undefined)
const RUNTIMES = [
  ['a runtime of the test', FAKE],
  ...(real === undefined ? [] : [['onnxruntime-node', real] as const]),
] as const

describe.each(RUNTIMES)('an ONNX sentence encoder with %s', (_, runtime) => {
  it('pools the tokens that are text, each text as if alone', async () => {
    const { embedder } = await openOnnxEmbedder(encoder(), { runtime })
    expect(embedder.spec).toMatchObject({ name: 'onnx', model: 'encoder', dimension: 2 })
    // [CLS] red [SEP]: ((0, 1) + (4, 0) + (0, 1)) / 3 = (4, 2) / 3 -> (2, 1) / sqrt 5. The shorter one is padded with (100, 100).
    const [red, long] = await embedder.embed(['Red', 'blue blue blue'])
    expect(red?.[0]).toBeCloseTo(2 / Math.sqrt(5), 5)
    expect(red?.[1]).toBeCloseTo(1 / Math.sqrt(5), 5)
    expect([...(long ?? [])]).toEqual([0, 1])
    await checkEmbedder(embedder, ['red', 'blue red blue', '', 'green'])
  })

  it('takes the first token where the model says so', async () => {
    const other = join(folder, 'first')
    await writeTinyModel(join(other, '1_Pooling'), 'encoder')
    await writeTinyModel(other, 'encoder')
    await writeFile(join(other, '1_Pooling/config.json'), '{"pooling_mode_cls_token": true}')
    const { embedder } = await openOnnxEmbedder(other, { runtime })
    const [red] = await embedder.embed(['red'])
    expect([...(red ?? [])]).toEqual([0, 1])
  })
})

describe.skipIf(real === undefined)(
  'onnxruntime-node (skipped: not installed; WEIR_ONNXRUNTIME may name a folder)',
  () => {
    it('gives the classes of a sequence classifier', async () => {
      const { embedder } = await openOnnxEmbedder(classifier())
      // Logits (4, 2) / 3: softmax (0.6608, 0.3392), since e^(2/3) = 1.9477; roots 0.8129 and 0.5824.
      const [red] = await embedder.embed(['red'])
      expect(red?.[0]).toBeCloseTo(0.8129, 3)
      expect(red?.[1]).toBeCloseTo(0.5824, 3)
    })

    it('refuses a file that is no model', async () => {
      const broken = join(folder, 'broken')
      await writeTinyModel(broken, 'encoder')
      await writeFile(join(broken, 'model.onnx'), 'no model')
      await expect(openOnnxEmbedder(broken)).rejects.toThrow(/no ONNX model/)
    })
  },
)

async function hashOf(path: string): Promise<string> {
  return (await openOnnxEmbedder(path, { runtime: FAKE })).embedder.spec.weightsHash
}

describe('openOnnxEmbedder', () => {
  it('knows a model by its weights and its tokenizer, wherever it lies', async () => {
    const moved = join(folder, 'moved')
    await writeTinyModel(moved, 'encoder')
    expect(await hashOf(moved)).toBe(await hashOf(encoder()))
    expect(await hashOf(classifier())).not.toBe(await hashOf(encoder()))
  })

  it('names the file that is missing', async () => {
    await expect(openOnnxEmbedder(folder, { runtime: FAKE })).rejects.toThrow(/holds no tokenizer.json/)
    const bare = join(folder, 'bare')
    await writeTinyModel(bare, 'encoder')
    await rm(join(bare, 'model.onnx'))
    await expect(openOnnxEmbedder(bare, { runtime: FAKE })).rejects.toThrow(/holds no model.onnx/)
  })

  it('refuses a model with an input that nobody can give', async () => {
    const session = await FAKE.InferenceSession.create('', {})
    const seeing = { ...session, inputNames: ['pixels'] }
    const runtime: OnnxRuntime = { ...FAKE, InferenceSession: { create: async () => seeing } }
    await expect(openOnnxEmbedder(encoder(), { runtime })).rejects.toThrow(/input pixels/)
  })
})

describe('poolTokens', () => {
  const base = { lengths: [1], pooling: 'mean', isLogits: false } as const

  it('reads one logit as two classes', () => {
    // sigmoid(0) = 1/2: roots 0.7071 each.
    const [classes] = poolTokens({ data: [0], dims: [1, 1] }, { ...base, isLogits: true })
    expect(classes?.[0]).toBeCloseTo(Math.SQRT1_2, 6)
    expect(classes?.[1]).toBeCloseTo(Math.SQRT1_2, 6)
  })

  it('takes a sentence vector as it is, of length 1', () => {
    const [vector] = poolTokens({ data: [3, 4], dims: [1, 2] }, base)
    expect(vector?.[0]).toBeCloseTo(0.6, 6)
  })

  it('refuses another shape', () => {
    expect(() => poolTokens({ data: [1], dims: [1] }, base)).toThrow(/shape 1;/)
  })
})
