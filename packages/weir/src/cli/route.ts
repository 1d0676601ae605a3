/**
 * weir route: decides for prompts on standard input, one a line, without calling any model. A line is plain text, or JSON with
 * "prompt" or "messages" (an OpenAI chat body).
 */
import { createInterface } from 'node:readline'
import type { Command } from 'commander'
import {
  createRiver,
  decide,
  embedQuery,
  isRecord,
  isWeirError,
  parseChatBody,
  parseJson,
  queryFromPrompt,
  WeirError,
  type Ask,
  type CandidateEstimate,
  type Decision,
  type Mode,
  type Query,
} from '@weir/core'
import { ENCODER_HELP, openFlagged } from '../encoder/open.ts'
import { readArtifact } from '../record/artifact-file.ts'
import { dollars } from '../report/format.ts'
import { parseLevel, parseModeOption } from './parse-option.ts'

interface RouteFlags {
  readonly artifact: string
  readonly quality: number
  readonly mode?: Mode
  readonly encoder?: string
  readonly json?: boolean
}

export function register(program: Command): void {
  program
    .command('route')
    .description(
      'Decide for prompts on standard input, one a line: plain text, or JSON with "prompt" or "messages".',
    )
    .requiredOption('--artifact <file>', 'artifact made by weir train')
    .requiredOption(
      '--quality <level>',
      "share of the large model's mean quality to keep, in (0, 1]",
      parseLevel,
    )
    .option('--encoder <place>', ENCODER_HELP)
    .option('--mode <mode>', 'promise (default) or estimate', parseModeOption)
    .option(
      '--json',
      'print one JSON object a line: model, score, threshold, quality, truncated, reason, level, mode, confidence, unfamiliar; for a pool also ranking and estimates',
    )
    .addHelpText(
      'after',
      '\nExample:\n  echo "What is 2 + 2?" | weir route --artifact router.weir.json --quality 0.95 --json\n',
    )
    .action(run)
}

async function run({ artifact: path, quality, mode, json, encoder }: RouteFlags): Promise<void> {
  const artifact = await readArtifact(path)
  const flagged = await openFlagged(encoder, artifact)
  const river = createRiver(artifact, flagged.option)
  const ask: Ask = { kind: 'quality', quality, ...(mode === undefined ? {} : { mode }) }
  let line = 0
  const pending: string[] = []
  try {
    for await (const text of createInterface({ input: process.stdin, crlfDelay: Number.POSITIVE_INFINITY })) {
      line += 1
      if (text.trim() === '') continue
      const decision = decide(river, await embedQuery(river.embedder, toQuery(text, line)), ask)
      pending.push(json === true ? JSON.stringify(toJson(decision)) : toText(decision))
      if (pending.length >= 256) await flush(pending)
    }
  } finally {
    // What was decided before a bad line is the caller's all the same.
    await flush(pending)
    await flagged.close()
  }
}

async function flush(pending: string[]): Promise<void> {
  if (pending.length === 0) return
  const text = `${pending.splice(0).join('\n')}\n`
  if (process.stdout.write(text)) return
  await new Promise((resolve) => process.stdout.once('drain', resolve))
}

/** Text that starts like a JSON object is one; anything else is the prompt itself. */
function toQuery(text: string, line: number): Query {
  if (!text.trimStart().startsWith('{')) return queryFromPrompt(text)
  const body = readObject(text)
  if (body === undefined) return queryFromPrompt(text)
  if (typeof body['prompt'] === 'string') return queryFromPrompt(body['prompt'])
  try {
    return parseChatBody(body)
  } catch (error) {
    if (!isWeirError(error)) throw error
    throw new WeirError('data.field', `standard input, line ${line}: ${error.message}, or give "prompt"`, {
      cause: error,
    })
  }
}

/** A prompt may begin with a brace without being JSON. */
function readObject(text: string): Readonly<Record<string, unknown>> | undefined {
  try {
    const value = parseJson(text)
    return isRecord(value) ? value : undefined
  } catch {
    return undefined
  }
}

function toJson(decision: Decision): object {
  const { model, score, threshold, quality, truncated, reason, level, mode, confidence, unfamiliar } =
    decision
  const told = { model, score, threshold, quality, truncated, reason, level, mode, confidence, unfamiliar }
  const { ranking, estimates } = decision
  return estimates === undefined ? told : { ...told, ranking, estimates }
}

function toText({ model, score, threshold, reason, estimates }: Decision): string {
  if (estimates !== undefined) return `${model}\t${estimates.map(describe).join(', ')}\t${reason}`
  const cut = threshold === null ? 'none' : threshold.toFixed(4)
  return `${model}\tscore ${score?.toFixed(4) ?? 'none'}\tthreshold ${cut}\t${reason}`
}

function describe({ model, quality, costUsd }: CandidateEstimate): string {
  return `${model} ${quality.toFixed(2)}${costUsd === undefined ? '' : ` ${dollars(costUsd)}`}`
}
