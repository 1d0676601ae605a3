/**
 * The tables of a comparison, once for the terminal and the page: systems, their further metrics, and the tests.
 */
import type { ComparedStatistic, ComparedSystem, PairedTest } from '@weir/core'
import { titleOf, type ComparisonResult } from './compare-result.ts'
import { between, decimal, percent } from './format.ts'

export interface Table {
  readonly titles: readonly string[]
  /** The first cell is text, the others are numbers or words. */
  readonly rows: readonly (readonly string[])[]
}

/** Says of a system that it knows more than a router can. */
function nameOf({ name, knows }: ComparedSystem): string {
  return `${titleOf(name)}${knows === 'category' ? ' (told it)' : ''}`
}

/** Nulls first, the methods after them. */
export function listSystems({ systems, tests }: ComparisonResult): Table {
  const first = systems.find(({ kind }) => kind === 'method')?.name ?? ''
  const verdict = (name: string, against: string): string =>
    tests.find((test) => test.method === name && test.against === against)?.verdict ?? ''
  return {
    titles: [
      'system',
      'quality',
      'kept small',
      'APGR',
      'sd',
      '95% interval',
      `against ${first}`,
      'against types',
    ],
    rows: systems.map((system) => {
      const { apgr } = system.statistics
      return [
        nameOf(system),
        system.quality === null ? '' : decimal(system.quality.mean),
        system.costAdvantage === null ? '' : percent(system.costAdvantage.mean),
        apgr === null ? '' : decimal(apgr.mean),
        apgr === null || apgr.interval === null ? '' : decimal(apgr.sd),
        apgr?.interval ? between(apgr.interval) : '',
        verdict(system.name, first),
        verdict(system.name, 'bestPerTaskType'),
      ]
    }),
  }
}

const FURTHER: readonly (readonly [title: string, ComparedStatistic, show: (value: number) => string])[] = [
  ['kept at 0%', 'costAdvantageAtDrop.0', percent],
  ['1%', 'costAdvantageAtDrop.0.01', percent],
  ['2%', 'costAdvantageAtDrop.0.02', percent],
  ['5%', 'costAdvantageAtDrop.0.05', percent],
  ['CPT(50%)', 'cpt50', percent],
  ['AUROC', 'auroc', decimal],
  ['ECE', 'expectedCalibrationError', decimal],
]

/** Means over the splits; systems without any of these are left out. */
export function listFurtherMetrics({ systems }: ComparisonResult): Table {
  const shown = systems.filter(({ statistics }) => FURTHER.some(([, name]) => statistics[name] !== null))
  return {
    titles: ['system', ...FURTHER.map(([title]) => title)],
    rows: shown.map((system) => [
      nameOf(system),
      ...FURTHER.map(([, name, show]) => {
        const measured = system.statistics[name]
        return measured ? show(measured.mean) : ''
      }),
    ]),
  }
}

export function listTests({ tests }: ComparisonResult): Table {
  return {
    titles: ['method', 'against', 'verdict', 'difference', '95% interval', 'sd', 'ahead', 'Holm p'],
    rows: tests.map((test) => [
      test.method,
      titleOf(test.against),
      test.verdict,
      signed(test.difference?.mean),
      between(test.difference?.interval, signed),
      decimal(test.difference?.sd),
      countAhead(test),
      decimal(test.adjustedPValue),
    ]),
  }
}

/** Ahead of how many that are not even: 4 of 5. */
function countAhead({ ahead, behind }: PairedTest): string {
  return ahead + behind === 0 ? 'even' : `${ahead} of ${ahead + behind}`
}

function signed(value: number | undefined): string {
  if (value === undefined) return decimal(value)
  // Rounded first: -0.0001 is 0.000, without a sign.
  const rounded = Number(value.toFixed(3))
  return `${rounded > 0 ? '+' : ''}${decimal(rounded === 0 ? 0 : rounded)}`
}
