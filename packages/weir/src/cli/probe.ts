/**
 * weir probe: a model is added to a trained pool from a few dozen rows with its outcomes, or taken out of it; what is believed of the others stays as
 * it is, to the byte.
 */
import { addCandidate, removeCandidate, WeirError, type Artifact } from '@weir/core'
import type { Command } from 'commander'
import { checkWritable, readArtifact, writeArtifact } from '../record/artifact-file.ts'
import { readModelRows } from '../record/model-rows.ts'
import { decimal, dollars } from '../report/format.ts'
import { isPooled, writeMembers } from '../report/pool-text.ts'
import { endProgress, showProgress } from './progress.ts'

interface ProbeFlags {
  readonly artifact: string
  readonly out: string
  readonly data?: readonly string[]
  readonly model?: string
  readonly remove?: string
  readonly json?: boolean
  readonly skipBad?: boolean
}

export function register(program: Command): void {
  program
    .command('probe')
    .description('Adds a model to a trained pool from a few dozen rows, or takes one out; no training.')
    .requiredOption('--artifact <file>', 'artifact made by weir train --models')
    .requiredOption('--out <file>', 'where to write the new artifact')
    .option('--model <name>', 'the new model, as named in the rows')
    .option('--data <files...>', 'rows with its outcomes, 10 at least, better 50 or more')
    .option('--remove <model>', 'instead: take this model out')
    .option('--skip-bad', 'skip rows that cannot be read, naming each on standard error')
    .option('--json', 'print one JSON object instead of the text')
    .addHelpText(
      'after',
      '\nExamples:\n  weir probe --artifact pool.weir.json --model new-model --data probes.jsonl --out pool2.weir.json\n' +
        '  weir probe --artifact pool.weir.json --remove old-model --out pool2.weir.json\n',
    )
    .action(run)
}

async function run(flags: ProbeFlags): Promise<void> {
  await checkWritable(flags.out)
  const before = await readArtifact(flags.artifact)
  const { remove } = flags
  const artifact = remove === undefined ? await add(before, flags) : takeOut(before, remove, flags)
  endProgress()
  await writeArtifact(flags.out, artifact)
  const text = flags.json === true ? JSON.stringify(summarise(artifact, flags)) : toText(artifact, flags)
  process.stdout.write(`${text}\n`)
}

async function add(artifact: Artifact, { model, data, skipBad }: ProbeFlags): Promise<Artifact> {
  if (model === undefined || data === undefined) {
    throw new WeirError(
      'cli.usage',
      'name the new model with --model and its rows with --data, or give --remove',
    )
  }
  const { rows } = await readModelRows(data, [model], {
    skipBad: skipBad === true,
    onSkip: (error) => process.stderr.write(`skipped: ${error.message}\n`),
    keepsCosts: true,
    besides: artifact.pool?.members.map((one) => one.model) ?? [],
    onProgress: (count) => showProgress('probe', `${count} rows read`),
  })
  return addCandidate(artifact, rows, { model })
}

function takeOut(artifact: Artifact, model: string, { model: named, data }: ProbeFlags): Artifact {
  if (named === undefined && data === undefined) return removeCandidate(artifact, model)
  throw new WeirError('cli.usage', '--remove needs no --model and no --data; do one after the other')
}

function summarise({ pool }: Artifact, { out, model, remove }: ProbeFlags): object {
  const member = pool?.members.find((one) => one.model === model)
  const { rows, interval } = pool?.probed?.find((one) => one.model === model) ?? {}
  return {
    out,
    added: member === undefined ? null : { ...member, rows, interval },
    removed: remove ?? null,
    models: pool?.members.map((one) => one.model) ?? [],
  }
}

function toText(artifact: Artifact, { out, model, remove }: ProbeFlags): string {
  const { pool } = artifact
  const member = pool?.members.find((one) => one.model === model)
  const probed = pool?.probed?.find((one) => one.model === model)
  const told =
    member === undefined || probed === undefined
      ? `${remove ?? ''} taken out; nothing is promised until weir calibrate proves the levels anew`
      : `${member.model}: ${probed.rows} probes, mean quality ${decimal(member.meanQuality)} (95%: ${decimal(probed.interval[0])} to ${decimal(probed.interval[1])}), ` +
        `mean cost ${dollars(probed.costUsd)}\nlevels in mode promise do not ask it until weir calibrate proves them anew; in mode estimate it is asked at once`
  return [...(isPooled(artifact) ? [writeMembers(artifact), ''] : []), told, `written to ${out}`].join('\n')
}
