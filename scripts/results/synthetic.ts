/** Promises on made-up traffic whose truth is known (scripts/promise-synthetic.ts). */
import {
  CALIBRATIONS,
  studySynthetic,
  WORLDS,
  type SyntheticTally,
  type World,
} from '../promise-synthetic.ts'
import {
  createSection,
  percent,
  thousands,
  twoErrors,
  type Figure,
  type Rendered,
  type Section,
} from './section.ts'

interface Result {
  readonly world: World
  readonly tallies: readonly SyntheticTally[]
}

function renderWorld({ world, tallies }: Result): readonly string[] {
  return tallies.map(
    ({ level, broken, proven, kept, possible }) =>
      `| ${world.name} | ${world.delta} | ${level} | ${percent(broken, 2)} ± ${percent(twoErrors(broken, CALIBRATIONS), 2)}${broken > world.delta ? ' **above delta**' : ''} | ${percent(proven)} | ${percent(kept)} | ${percent(possible)} |`,
  )
}

function figuresOf({ world, tallies }: Result): readonly [string, Figure][] {
  return tallies.flatMap(({ level, broken, kept }): [string, Figure][] => {
    const error = twoErrors(broken, CALIBRATIONS)
    const name = `synthetic/${world.name}/${level}`
    return [
      [`${name}/broken`, { value: broken, interval: [Math.max(0, broken - error), broken + error] }],
      [`${name}/kept`, { value: kept, interval: null }],
    ]
  })
}

function render(results: readonly Result[]): Rendered {
  const worst = results.flatMap(({ world, tallies }) => tallies.map(({ broken }) => broken / world.delta))
  const text = `## Promises where the truth is known

Made-up traffic (scripts/promise-synthetic.ts): uniform scores, the large model right with chance 0.8, the small one with chance 0.8 score + gain. ${thousands(CALIBRATIONS)} calibrations a row of
the table, seeds 0 to ${thousands(CALIBRATIONS - 1)}; broken: the threshold's exact quality is below its level. ± two standard errors. "Could be kept": with the truth known. The most that was broken is
${percent(Math.max(...worst), 0)} of delta.

| traffic | delta | level | broken | proven | kept small | could be kept |
|---|---:|---:|---:|---:|---:|---:|
${results.flatMap(renderWorld).join('\n')}
`
  const target = {
    point: 1,
    what: `broken promises where the truth is known, ${thousands(CALIBRATIONS)} calibrations a row`,
    asked: 'at most delta',
    reached: `at worst ${percent(Math.max(...worst), 0)} of delta`,
    isMet: Math.max(...worst) <= 1,
  }
  return { text, figures: Object.fromEntries(results.flatMap(figuresOf)), targets: [target] }
}

export const synthetic: Section = createSection<Result>({
  name: 'synthetic',
  cases: WORLDS.map(({ name }) => name),
  measure: async (name) => {
    const world = WORLDS.find((one) => one.name === name)
    if (world === undefined) throw new Error(`no world ${name}`)
    return { world, tallies: studySynthetic(world, CALIBRATIONS) }
  },
  render,
})
