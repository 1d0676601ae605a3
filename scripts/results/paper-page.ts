/** Hybrid LLM's Tables 1 and 3 in form, as text and figures. */
import { COST_ADVANTAGES, DROP_LIMIT, METHODS, type Result, type RouterResult } from './paper-cases.ts'
import { renderDifferences } from './paper-differences.ts'
import { percent, thousands, three, type Figure, type Rendered } from './section.ts'

/** Relative quality gap of the pair: what all small would drop. */
export function gapOf({ small, large }: Pick<Result, 'small' | 'large'>): number {
  return (large - small) / large
}

/** The router taught a label, or the one before it when that was taught the same labels. */
export function distinct({ routers }: Result): readonly RouterResult[] {
  return routers.filter(({ repeats }) => !repeats)
}

function points(value: number | undefined): string {
  return value === undefined ? '–' : (100 * value).toFixed(1)
}

/** "det = prob" and the like. */
function titleOf(result: Result, { router }: RouterResult): string {
  const at = result.routers.findIndex((one) => one.router === router)
  const same = result.routers.slice(at + 1)
  const end = same.findIndex(({ repeats }) => !repeats)
  return [router, ...same.slice(0, end === -1 ? undefined : end).map((one) => one.router)].join(' = ')
}

function renderFirst(result: Result): string {
  const { of, rows, samples, relaxation, failure } = result
  const taught = result.routers.filter(({ router }) => router !== 'weir')
  const isSame = taught.slice(1).every(({ repeats }) => repeats)
  const weir = result.routers.find(({ router }) => router === 'weir')
  const cells = COST_ADVANTAGES.map((kept, i) => {
    if (failure !== null) return '–'
    const shown = (isSame ? taught.slice(0, 1) : taught).map(({ dropAt }) => points(dropAt[i]?.mean))
    const error = Math.max(...taught.map(({ dropAt }) => dropAt[i]?.deviation ?? 0))
    const own = `${points(weir?.dropAt[i]?.mean)} ± ${points(weir?.dropAt[i]?.deviation)}`
    return `${shown.join(' / ')} ± ${points(error)} | **${own}** | ${points(kept * gapOf(result))}`
  })
  const note =
    failure ??
    (isSame
      ? 'labels coincide'
      : `${samples === 1 ? 'one answer' : `${samples} answers`} a model, t* up to ${three(relaxation)}`)
  return `| ${of.name}: ${of.pair.small} -> ${of.pair.large} | ${thousands(rows)} | ${percent(gapOf(result))} | ${cells.join(' | ')} | ${note} |`
}

function renderThird(result: Result): readonly string[] {
  const { of, sizes, dataHash } = result
  return distinct(result).map((router) => {
    const { recipe } = router
    const mark = recipe.testDrop > DROP_LIMIT ? '**' : ''
    return `| ${of.name} | ${dataHash.slice(0, 12)} | ${titleOf(result, router)} | ${thousands(sizes.training)} / ${sizes.validation} / ${thousands(sizes.heldOut - sizes.validation)} | ${points(recipe.validationDrop)} / ${points(recipe.validationKept)} | ${mark}${points(recipe.testDrop)}${mark} / ${points(recipe.testKept)} | ${percent(recipe.broken, 0)} of ${thousands(recipe.draws)} |`
  })
}

function figuresOf({ of, routers }: Result): readonly [string, Figure][] {
  return routers.flatMap(({ router, dropAt, recipe }): [string, Figure][] => {
    const name = `paper-tables/${of.name}/${router}`
    return [
      ...COST_ADVANTAGES.map((kept, i): [string, Figure] => {
        const { mean, deviation } = dropAt[i] ?? { mean: Number.NaN, deviation: 0 }
        return [
          `${name}/drop${kept}`,
          { value: mean, interval: [mean - 2 * deviation, mean + 2 * deviation] },
        ]
      }),
      [`${name}/testDrop`, { value: recipe.testDrop, interval: null }],
      [`${name}/broken`, { value: recipe.broken, interval: null }],
    ]
  })
}

export function renderPaperTables(results: readonly Result[]): Rendered {
  const sorted = results.toSorted((a, b) => gapOf(a) - gapOf(b))
  const heads = COST_ADVANTAGES.map((kept) => `${percent(kept, 0)}: ${METHODS.join(' / ')} | weir | random`)
  const text = `## Hybrid LLM's Tables 1 and 3, in form

Tables of [arXiv:2404.14618](https://arxiv.org/abs/2404.14618) redone on recorded outcomes, smallest gap first. det, prob, trans: a linear router on the text taught that label alone (scripts/results/label-router.ts).
weir: the router of \`weir train\`, whose ranking does not depend on the label. Split by question text; 3 trainings (sets below 2,000 rows: 10), seeds from 1. Gap: relative to the large model.

### Table 1: quality drop (%) against all large, by cost advantage

Mean over trainings ± their standard deviation (the largest of the three labels); negative is better than always large. Random: what sending that share at random drops.

| pair | rows | gap | ${heads.join(' | ')} | |
|---|---:|---:|${'---:|---:|---:|'.repeat(COST_ADVANTAGES.length)}---|
${sorted.map(renderFirst).join('\n')}

### Table 3: drop / cost advantage (%) of a threshold chosen for at most 1% drop

Validation and test rows drawn 100 times a training from the rows that it has not seen. **Bold**: above the limit on average. Broken: share of draws above the limit on test; the test side's own
noise is in it, as in the paper.

| pair | data | router | training / validation / test rows | validation | test | broken |
|---|---|---|---:|---:|---:|---:|
${sorted.flatMap(renderThird).join('\n')}

${renderDifferences(sorted)}`
  return { text, figures: Object.fromEntries(results.flatMap(figuresOf)) }
}
