/**
 * Embedder of an ONNX model in a folder, laid out as Hugging Face has it: tokenizer.json, model.onnx (or onnx/model.onnx, or their quantised
 * forms), and where they are there 1_Pooling/config.json and sentence_bert_config.json. It runs on threads of the runtime's own, so that it does
 * not hold up the gateway's; one of them, since the others are wanted for serving.
 */
import { createHash } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { basename, join, resolve } from 'node:path'
import { isRecord, parseJson, WeirError, type Embedder } from '@weir/core'
import { loadOnnxRuntime, type OnnxRuntime, type OnnxSession } from './onnx-runtime.ts'
import { poolTokens, type Pooling } from './pool-tokens.ts'
import { readTokenizer } from './tokenizer-file.ts'
import type { OpenedEmbedder } from './upstream-embedder.ts'
import { tokenize, type WordPiece } from './wordpiece.ts'

export interface OnnxTools {
  /** Default: the installed onnxruntime-node. */
  readonly runtime?: OnnxRuntime
}

const MODEL_FILES: readonly string[] = [
  'model.onnx',
  'onnx/model.onnx',
  'model_quantized.onnx',
  'onnx/model_quantized.onnx',
]
/** Tokens read of a text, unless sentence_bert_config.json says otherwise: time grows faster than them, and a question comes first. */
const MOST_TOKENS = 256
/** Texts in one run: padded to the longest. */
const BATCH = 16
/** By preference; else the first output. */
const OUTPUTS: readonly string[] = ['sentence_embedding', 'last_hidden_state', 'token_embeddings', 'logits']

/** Throws `config.value` when the folder lacks a file, holds one that cannot be read, or the runtime is not installed. */
export async function openOnnxEmbedder(folder: string, tools: OnnxTools = {}): Promise<OpenedEmbedder> {
  const path = resolve(folder)
  const tokenizerText = await readText(path, 'tokenizer.json')
  if (tokenizerText === undefined) throw lacking(path, 'tokenizer.json')
  const wordPiece = readTokenizer(toJson(tokenizerText), join(path, 'tokenizer.json'))
  const model = await findModel(path)
  const runtime = tools.runtime ?? (await loadOnnxRuntime())
  const session = await openSession(runtime, model.path)
  const run: Run = {
    runtime,
    session,
    wordPiece,
    output: OUTPUTS.find((name) => session.outputNames.includes(name)) ?? session.outputNames[0] ?? '',
    mostTokens: await readMostTokens(path),
    pooling: await readPooling(path),
  }
  // Only a run tells how long its vectors are.
  const [probe = new Float32Array()] = await embedBatch(run, ['weir'])
  const weightsHash = createHash('sha256')
    .update(model.bytes)
    .update(tokenizerText)
    .digest('hex')
    .slice(0, 16)
  return {
    embedder: createEmbedder(run, {
      name: 'onnx',
      model: basename(path),
      dimension: probe.length,
      weightsHash,
    }),
    close: async () => undefined,
  }
}

function createEmbedder(run: Run, spec: Embedder['spec']): Embedder {
  return {
    spec,
    async embed(texts) {
      const vectors: Float32Array[] = []
      for (let from = 0; from < texts.length; from += BATCH)
        vectors.push(...(await embedBatch(run, texts.slice(from, from + BATCH))))
      return vectors
    },
  }
}

interface Run {
  readonly runtime: OnnxRuntime
  readonly session: OnnxSession
  readonly wordPiece: WordPiece
  readonly output: string
  readonly mostTokens: number
  readonly pooling: Pooling
}

async function embedBatch(run: Run, texts: readonly string[]): Promise<readonly Float32Array[]> {
  const { session, output, pooling } = run
  const rows = texts.map((text) => tokenize(text, run.wordPiece, run.mostTokens))
  const results = await session.run(toFeeds(run, rows))
  const tensor = results[output]
  if (tensor === undefined) throw new WeirError('config.value', `the ONNX model gives no output ${output}`)
  const lengths = rows.map(({ length }) => length)
  return poolTokens(tensor, { lengths, pooling, isLogits: output === 'logits' })
}

/** Of the inputs that BERT-like models have, those that this one wants. */
function toFeeds(
  { runtime, session, wordPiece }: Run,
  rows: readonly (readonly number[])[],
): Record<string, unknown> {
  const width = Math.max(...rows.map(({ length }) => length))
  const cellOf: Readonly<Record<string, (row: readonly number[], t: number) => number>> = {
    input_ids: (row, t) => row[t] ?? wordPiece.padId,
    attention_mask: (row, t) => (t < row.length ? 1 : 0),
    token_type_ids: () => 0,
  }
  const feeds: Record<string, unknown> = {}
  for (const name of session.inputNames) {
    const cell = cellOf[name]
    if (cell === undefined)
      throw new WeirError('config.value', `the ONNX model wants an input ${name}, which weir does not know`)
    const data = new BigInt64Array(rows.length * width)
    rows.forEach((row, i) => {
      for (let t = 0; t < width; t++) data[i * width + t] = BigInt(cell(row, t))
    })
    feeds[name] = new runtime.Tensor('int64', data, [rows.length, width])
  }
  return feeds
}

async function openSession({ InferenceSession }: OnnxRuntime, path: string): Promise<OnnxSession> {
  try {
    return await InferenceSession.create(path, { intraOpNumThreads: 1, interOpNumThreads: 1 })
  } catch (error) {
    throw new WeirError(
      'config.value',
      `${path} is no ONNX model that the runtime can open; export it again`,
      {
        cause: error,
      },
    )
  }
}

async function findModel(folder: string): Promise<{ readonly path: string; readonly bytes: Buffer }> {
  for (const file of MODEL_FILES) {
    const path = join(folder, file)
    const bytes = await readFile(path).catch(() => undefined)
    if (bytes !== undefined) return { path, bytes }
  }
  throw lacking(folder, MODEL_FILES.join(' or '))
}

function lacking(folder: string, file: string): WeirError {
  return new WeirError(
    'config.value',
    `${folder} holds no ${file}; name a folder with an ONNX model and its tokenizer`,
  )
}

async function readText(folder: string, file: string): Promise<string | undefined> {
  return readFile(join(folder, file), 'utf8').catch(() => undefined)
}

/** An empty object for what is not there or no object. */
async function readSettings(folder: string, file: string): Promise<Readonly<Record<string, unknown>>> {
  const json = toJson((await readText(folder, file)) ?? '{}')
  return isRecord(json) ? json : {}
}

function toJson(text: string): unknown {
  try {
    return parseJson(text)
  } catch {
    return undefined
  }
}

async function readMostTokens(folder: string): Promise<number> {
  const { max_seq_length: most } = await readSettings(folder, 'sentence_bert_config.json')
  return typeof most === 'number' && most >= 3 ? most : MOST_TOKENS
}

async function readPooling(folder: string): Promise<Pooling> {
  const { pooling_mode_cls_token: isFirst } = await readSettings(folder, '1_Pooling/config.json')
  return isFirst === true ? 'first' : 'mean'
}
