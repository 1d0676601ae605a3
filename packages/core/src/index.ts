/** The public names of @weir/core, written by hand. */
export * from './contract/index.ts'
export { createRng, shuffle, type Rng } from './math/rng.ts'
export { parseAsk, parseQuality, type Ask, type AskSources } from './request/ask.ts'
export { parseChatBody, queryFromOutcome, queryFromPrompt } from './request/query.ts'
export { decide, serve, type Call, type River, type Served } from './serve.ts'
export { replay, type RecordedAttempt, type Replayed } from './replay.ts'
