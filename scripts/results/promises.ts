/** Promises on recorded outcomes: scripts/promise-study.ts, pair by pair, as tables. */
import { study, type Study } from '../promise-study.ts'
import { STUDIED } from '../recorded.ts'
import { createSection, type Section } from './section.ts'
import { renderPromises } from './promises-page.ts'

export const promises: Section = createSection<Study>({
  name: 'promises',
  cases: STUDIED.map(({ name }) => name),
  measure: async (name) => {
    const studied = STUDIED.find((one) => one.name === name)
    if (studied === undefined) throw new Error(`no pair ${name}`)
    return study(studied)
  },
  render: renderPromises,
})
