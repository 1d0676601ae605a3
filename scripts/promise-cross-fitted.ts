/**
 * Are the promises of `weir train` kept, which are proven on its own rows, cross-fitted? One pair, trained anew on every split:
 *
 *   node scripts/promise-cross-fitted.ts <pair> <training rows> <splits>         prints one JSON object
 *
 * The rest of the rows is the test side. It is large but not endless, so its own noise counts: `broken` is the share of splits whose test
 * quality is below the level, `clearly` the share below it by more than 1.645 standard errors of the test side.
 */
import { createRiver, decide, queryFromPrompt, train } from '@weir/core'
import { hashOf, orderRows, readPairRows, STUDIED } from './recorded.ts'

const LEVELS: readonly number[] = [0.9, 0.95, 0.99]

interface Tally {
  readonly level: number
  broken: number
  clearly: number
  kept: number
}

const [name, rowsText = '1500', splitsText = '50'] = process.argv.slice(2)
const studied = STUDIED.find((one) => one.name === name)
if (studied === undefined) throw new Error(`name one of ${STUDIED.map((one) => one.name).join(', ')}`)
const [trainingRows, splits] = [Number(rowsText), Number(splitsText)]
const { pair } = studied
const rows = await readPairRows(studied)
const tallies = LEVELS.map((level): Tally => ({ level, broken: 0, clearly: 0, kept: 0 }))
for (let seed = 1; seed <= splits; seed++) {
  const order = orderRows(rows, `cross-fitted ${seed}`)
  const artifact = await train(order.slice(0, trainingRows), { pair, seed, dataHash: 'split' })
  const river = createRiver(artifact)
  const tested = order.slice(trainingRows).map(({ prompt = '', models }) => ({
    query: queryFromPrompt(prompt),
    small: models[pair.small]?.score ?? 0,
    large: models[pair.large]?.score ?? 0,
  }))
  for (const tally of tallies) {
    const isKept = tested.map(
      ({ query }) => decide(river, query, { kind: 'quality', quality: tally.level }).model === pair.small,
    )
    const values = tested.map((one, i) => (isKept[i] ? one.small : one.large) - tally.level * one.large)
    const mean = values.reduce((sum, value) => sum + value, 0) / values.length
    const variance = values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / values.length
    if (mean < 0) tally.broken += 1 / splits
    if (mean < -1.645 * Math.sqrt(variance / values.length)) tally.clearly += 1 / splits
    tally.kept += isKept.filter(Boolean).length / values.length / splits
  }
  process.stderr.write(`${studied.name}: split ${seed} of ${splits}\n`)
}
process.stdout.write(
  `${JSON.stringify({ name, pair, trainingRows, splits, rows: rows.length, dataHash: hashOf(rows), tallies })}\n`,
)
