/**
 * weir train-encoder: texts in, word vectors out. No labels, no network; the file is what `--encoder` and `encoder:` take.
 */
import { createReadStream } from 'node:fs'
import { createInterface } from 'node:readline'
import { InvalidArgumentError, type Command } from 'commander'
import {
  embeddingTextOf,
  fitWordVectors,
  hashWordVectors,
  queryFromOutcome,
  saveWordVectors,
  WeirError,
} from '@weir/core'
import { checkWritable, writeText } from '../record/artifact-file.ts'
import { readOutcomes } from '../record/outcome-file.ts'
import { parseCount, parseSeed } from './parse-option.ts'
import { endProgress, showProgress } from './progress.ts'

interface TrainEncoderFlags {
  readonly data: readonly string[]
  readonly out: string
  readonly dimension: number
  readonly seed: number
  readonly json?: boolean
}

export function register(program: Command): void {
  program
    .command('train-encoder')
    .description('Learn word vectors from your own texts, no labels needed; writes a file for --encoder.')
    .requiredOption('--data <files...>', 'outcome files, record stores, or .txt files with a text a line')
    .requiredOption('--out <file>', 'where to write the word vectors')
    .option('--dimension <n>', 'length of a vector, 2 to 512', parseDimension, 128)
    .option('--seed <n>', 'seed; the same texts and seed give the same bytes', parseSeed, 0)
    .option('--json', 'print one JSON object instead of a line')
    .addHelpText(
      'after',
      '\nExample:\n  weir train-encoder --data outcomes.jsonl.gz --out encoder.json\n  weir train --data outcomes.jsonl.gz --small A --large B ' +
        '--encoder encoder.json --out router.weir.json\n',
    )
    .action(run)
}

async function run({ data, out, dimension, seed, json }: TrainEncoderFlags): Promise<void> {
  await checkWritable(out)
  const texts: string[] = []
  for (const path of data) {
    for await (const text of path.endsWith('.txt') ? readLines(path) : readQueries(path)) {
      texts.push(text)
      if (texts.length % 1000 === 0) showProgress('train-encoder', `${texts.length} texts read`)
    }
  }
  const { vectors, ...read } = await fitWordVectors(texts, {
    dimension,
    seed,
    onProgress: async (step) => {
      showProgress('train-encoder', step)
      // Lets Ctrl-C through between steps.
      await new Promise((resolve) => setImmediate(resolve))
    },
  })
  endProgress()
  await writeText(out, saveWordVectors(vectors))
  const kept = vectors.words.length
  const made = { out, ...read, kept, dimension: vectors.vectors.width, weightsHash: hashWordVectors(vectors) }
  process.stdout.write(
    json === true
      ? `${JSON.stringify(made)}\n`
      : `${read.texts} texts of ${read.words} words; ${kept} words have a vector of length ${made.dimension}; weights ${made.weightsHash}\n` +
          `wrote ${out}\n`,
  )
}

/** What an embedder reads of each row; rows without text are passed over. */
async function* readQueries(path: string): AsyncGenerator<string> {
  for await (const row of readOutcomes([path])) {
    const query = queryFromOutcome(row)
    if (query !== undefined) yield embeddingTextOf(query)
  }
}

async function* readLines(path: string): AsyncGenerator<string> {
  try {
    for await (const line of createInterface({ input: createReadStream(path, 'utf8') })) yield line
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : 'unknown'
    throw new WeirError('data.unreadable', `cannot read ${path} (${code}); name a text file`, {
      cause: error,
    })
  }
}

/** Below 2 no direction is left once the common one is taken away; above 512 the decomposition takes minutes. */
function parseDimension(text: string): number {
  const dimension = parseCount(text)
  if (dimension >= 2 && dimension <= 512) return dimension
  throw new InvalidArgumentError('must be from 2 to 512.')
}
