/**
 * `weir compare --models A,B,C`: the half of `weir compare` that compares methods over a pool of models (compare.ts has the options).
 */
import { comparePool, POOL_METHODS } from '@weir/core'
import { readModelRows } from '../record/model-rows.ts'
import { writePage } from '../report/page-file.ts'
import { collectPoolWarnings, type PoolResult } from '../report/pool-result.ts'
import { describe, findMethods, planOf, type CompareFlags } from './compare.ts'
import { endProgress, showProgress } from './progress.ts'

/** Of each split: enough for a share to be told to some 2 points over five splits. */
const STABILITY_ROWS = 200

type PoolFlags = CompareFlags & { readonly models: readonly string[] }

export async function runPool(flags: PoolFlags): Promise<void> {
  const result = await comparePoolFiles(flags)
  if (flags.html !== undefined) {
    const { renderPoolPage } = await import('../report/pool-page.ts')
    await writePage(flags.html, renderPoolPage(result, new Date().toISOString()))
  }
  if (flags.json === true) {
    console.log(JSON.stringify(result))
    return
  }
  const { renderPool } = await import('../report/compare-pool-text.ts')
  process.stdout.write(renderPool(result))
}

/** Everything `weir compare --models --json` prints. */
async function comparePoolFiles(flags: PoolFlags): Promise<PoolResult> {
  const methods = findMethods(flags.methods ?? POOL_METHODS.map(({ name }) => name), POOL_METHODS, 'a pool')
  let skipped = 0
  const { rows, dataHash } = await readModelRows(flags.data, flags.models, {
    keepsCosts: true,
    skipBad: flags.skipBad === true,
    onSkip: ({ message }) => {
      skipped += 1
      process.stderr.write(`skipped ${message}\n`)
    },
    onProgress: (count) => showProgress('compare', `${count} rows read`),
  })
  const plan = planOf(flags)
  const seeds = Array.from({ length: flags.seeds }, (_, i) => i + 1)
  const comparison = await comparePool(rows, {
    models: flags.models,
    methods,
    seeds,
    plan,
    dataHash,
    now: () => performance.now(),
    ...(flags.rows === undefined ? {} : { trainingRows: flags.rows }),
    ...(flags.labelShares === undefined ? {} : { labelShares: flags.labelShares }),
    ...(flags.stability === true ? { stabilityRows: STABILITY_ROWS } : {}),
    onProgress: async (progress) => {
      showProgress('compare', describe(progress))
      // Lets Ctrl-C through between steps.
      await new Promise((resolve) => setImmediate(resolve))
    },
  })
  endProgress()
  const warnings = collectPoolWarnings(comparison)
  return { ...comparison, plan, seeds, dataHash, files: flags.data, rowsRead: rows.length, skipped, warnings }
}
