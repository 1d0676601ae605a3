/** The public names of @weir/core, written by hand. */
export * from './contract/index.ts'
export { createRng, shuffle, type Rng } from './math/rng.ts'
export { parseAsk, parseQuality, type Ask, type AskSources } from './request/ask.ts'
export { parseChatBody, queryFromOutcome, queryFromPrompt } from './request/query.ts'
export { decide, serve, type Call, type River, type Served } from './serve.ts'
export { replay, type RecordedAttempt, type Replayed } from './replay.ts'
export {
  createOutcomeSummarizer,
  type ModelSummary,
  type OutcomeSummary,
  type PairSummary,
} from './evaluate/outcome-summary.ts'
export { createReport, type ReportOptions } from './evaluate/create-report.ts'
export { REPORTED_DROPS } from './evaluate/report.ts'
export type * from './evaluate/report.ts'
export { createTrialLog, type TrialLog, type TrialRecorder } from './evaluate/trial-log.ts'
export { fitTaskTable, type TaskTable } from './evaluate/task-table.ts'
export type { Interval } from './evaluate/bootstrap.ts'
