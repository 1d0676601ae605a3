/** The sections of docs/results.md, in their order on the page. */
import { bestOfN } from './best-of-n.ts'
import { cascadeAnswers } from './cascade-answers.ts'
import { cascadeRouting } from './cascade-routing.ts'
import { cascadeSearch } from './cascade-search.ts'
import { cascadeSignals } from './cascade-signals.ts'
import { paperTables } from './paper-tables.ts'
import { pools } from './pools.ts'
import { promises } from './promises.ts'
import { proven } from './proven.ts'
import { routing } from './routing.ts'
import type { Section } from './section.ts'
import { synthetic } from './synthetic.ts'

export const SECTIONS: readonly Section[] = [
  routing,
  promises,
  proven,
  synthetic,
  cascadeSignals,
  cascadeSearch,
  cascadeAnswers,
  bestOfN,
  cascadeRouting,
  paperTables,
  pools,
]
