/**
 * Opens the embedder of a command or of the gateway: words, ONNX or upstream, with a memory in front of it.
 */
import { readFile, stat } from 'node:fs/promises'
import {
  createCachedEmbedder,
  loadWordEmbedder,
  WeirError,
  type Artifact,
  type Embedder,
  type Outcome,
  embeddingTextOf,
  queryFromOutcome,
} from '@weir/core'
import { resolveSecret } from '../config/secret.ts'
import { DEFAULT_BATCH, DEFAULT_TIMEOUT_MS, type EncoderDefinition } from './definition.ts'
import type { OpenedEmbedder } from './upstream-embedder.ts'

/** Throws `artifact.unreadable` and the other `artifact.` errors of a damaged file, `config.value`, and what the first call of an upstream throws. */
export async function openEmbedder(
  definition: EncoderDefinition,
  { encoder }: Partial<Pick<Artifact, 'encoder'>> = {},
): Promise<OpenedEmbedder> {
  const opened = await open(definition, encoder?.embedding?.dimension)
  // Word vectors are quicker to make than to remember.
  if (definition.kind === 'words') return opened
  return {
    ...opened,
    embedder: createCachedEmbedder(opened.embedder, { entries: definition.cacheEntries }),
  }
}

async function open(definition: EncoderDefinition, dimension: number | undefined): Promise<OpenedEmbedder> {
  if (definition.kind === 'words') return { embedder: await readWords(definition.path), close: nothing }
  if (definition.kind === 'onnx') {
    const { openOnnxEmbedder } = await import('./onnx-embedder.ts')
    return openOnnxEmbedder(definition.path)
  }
  const { openUpstreamEmbedder } = await import('./upstream-embedder.ts')
  return openUpstreamEmbedder(definition, dimension === undefined ? {} : { dimension })
}

async function nothing(): Promise<void> {
  // Files are read at once.
}

async function readWords(path: string): Promise<Embedder> {
  const text = await readFile(path, 'utf8').catch((error: unknown) => {
    const code = error instanceof Error && 'code' in error ? String(error.code) : 'unknown'
    throw new WeirError(
      'artifact.unreadable',
      `cannot read encoder ${path} (${code}); name a file written by weir train-encoder`,
      { cause: error },
    )
  })
  try {
    return loadWordEmbedder(text, path)
  } catch (error) {
    if (!(error instanceof WeirError)) throw error
    throw new WeirError(error.code, `${path}: ${error.message}`, { cause: error })
  }
}

export const ENCODER_HELP = 'embedder beside the text: word vectors, an ONNX folder, or <base URL>#<model>'

/** Where the key of an upstream named on the command line is looked for. */
export const ENCODER_KEY = 'WEIR_ENCODER_KEY'
/** Commands meet the same rows again, in every split and level: what they embedded once they keep. */
const COMMAND_ENTRIES = 1_000_000

/**
 * What `--encoder` names: a file of word vectors, a folder with an ONNX model, or `<base URL>#<model>` of an upstream, whose key is in the
 * environment variable WEIR_ENCODER_KEY if it wants one. Throws `cli.usage` for a URL without a model.
 */
export async function parseEncoder(
  text: string,
  env: Readonly<Record<string, string | undefined>>,
): Promise<EncoderDefinition> {
  const limits = { timeoutMs: DEFAULT_TIMEOUT_MS, cacheEntries: COMMAND_ENTRIES }
  if (!/^https?:\/\//.test(text)) {
    const isFolder = (await stat(text).catch(() => undefined))?.isDirectory() === true
    return { kind: isFolder ? 'onnx' : 'words', path: text, ...limits }
  }
  const [baseUrl = '', model = ''] = text.split('#')
  if (model === '') {
    throw new WeirError(
      'cli.usage',
      `--encoder needs the model behind the URL: ${baseUrl}#text-embedding-3-small`,
    )
  }
  const key =
    env[ENCODER_KEY] === undefined
      ? {}
      : { apiKey: resolveSecret({ reference: `env:${ENCODER_KEY}`, where: '--encoder', env }) }
  // Nobody waits for a command's queries one by one.
  return { kind: 'upstream', baseUrl, model, batch: DEFAULT_BATCH, ...limits, timeoutMs: 60_000, ...key }
}

/** What the flag asks for, opened; nothing where it was not given. */
export interface FlaggedEmbedder {
  /** As an option of what trains and what serves. */
  readonly option: { readonly embedder?: Embedder }
  close(): Promise<void>
}

export async function openFlagged(
  encoder: string | undefined,
  artifact?: Pick<Artifact, 'encoder'>,
): Promise<FlaggedEmbedder> {
  if (encoder === undefined) return { option: {}, close: nothing }
  const opened = await openEmbedder(await parseEncoder(encoder, process.env), artifact)
  return { option: { embedder: opened.embedder }, close: () => opened.close() }
}

/** Rows read ahead, so that an upstream is asked for many vectors at once. */
const AHEAD = 256

/** The same rows, their queries embedded before they come; each is then at hand in the embedder's memory. */
export async function* embedAhead(
  rows: AsyncIterable<Outcome>,
  { option: { embedder } }: FlaggedEmbedder,
): AsyncGenerator<Outcome> {
  if (embedder === undefined) {
    yield* rows
    return
  }
  let ahead: Outcome[] = []
  for await (const row of rows) {
    ahead.push(row)
    if (ahead.length < AHEAD) continue
    await embedRows(ahead, embedder)
    yield* ahead
    ahead = []
  }
  await embedRows(ahead, embedder)
  yield* ahead
}

/** Embeds the queries of all rows, so that they are at hand. */
export async function embedAll(
  rows: readonly Outcome[],
  { option: { embedder } }: FlaggedEmbedder,
): Promise<void> {
  if (embedder === undefined) return
  for (let from = 0; from < rows.length; from += AHEAD)
    await embedRows(rows.slice(from, from + AHEAD), embedder)
}

async function embedRows(rows: readonly Outcome[], embedder: Embedder): Promise<void> {
  const queries = rows.flatMap((row) => queryFromOutcome(row) ?? [])
  await embedder.embed(queries.map(embeddingTextOf))
}
