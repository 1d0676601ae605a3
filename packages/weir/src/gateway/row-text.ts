/**
 * Row text: a row as the JSON that the store keeps, written in one piece where the request was an ordinary one: one call, whose answer was
 * given unread, and no text kept. Such rows are nearly all there are, and objects made to be printed once cost twice as much. Every
 * other row is made as an object (row.ts); a test holds both ways to the same bytes.
 */
import { roundMs } from '../record/live-outcome.ts'
import { toRow, type Ended, type RowParts } from './row.ts'

export interface EndedParts extends RowParts {
  readonly ended: readonly Ended[]
}

/** `id` comes first: the store reads it from the start of the text. */
export function toRowText(parts: EndedParts): string {
  const { served, ending, messages, ended } = parts
  const { attempts, accepted, verdicts, abstained } = served
  const [attempt] = ended
  const isOrdinary =
    ended.length === 1 &&
    attempt !== undefined &&
    accepted === attempts[0] &&
    verdicts[0] === 'accept' &&
    ending !== undefined &&
    !abstained &&
    messages === undefined &&
    isUnread(attempt)
  return isOrdinary ? writeOrdinary(parts, attempt) : JSON.stringify(toRow(parts))
}

/** Nothing but what a call that succeeded at once says of itself. */
function isUnread(attempt: Ended): boolean {
  const { answers, score, signals, best, calls, tries, error, refusal, status } = attempt
  return (answers ?? score ?? signals ?? best ?? calls ?? tries ?? error ?? refusal ?? status) === undefined
}

function writeOrdinary(parts: EndedParts, { model, reason, usage, costUsd, latencyMs = 0 }: Ended): string {
  const { id, servedAt, served, escalatedFrom, dialect, key } = parts
  const { decision, acceptReason } = served
  const name = JSON.stringify(model)
  const counts = usage === undefined ? '' : inner(usage)
  const cost = costUsd === undefined ? '' : `"costUsd":${JSON.stringify(costUsd)},`
  const ms = `"latencyMs":${JSON.stringify(roundMs(latencyMs))}`
  const models = `"models":{${name}:{${counts}${cost}${ms}}}`
  const why = reason === undefined ? '' : `"reason":${JSON.stringify(reason)},`
  const attempt = `{"model":${name},${ms},${cost}${counts}${why}"verdict":"accept"}`
  const path = inner({
    acceptReason: acceptReason ?? undefined,
    escalatedFrom,
    dialect: dialect === 'chat' ? undefined : dialect,
    key,
  })
  return (
    `{"id":"${id}","servedAt":"${toText(servedAt)}",${models},"decision":{"id":"${id}",${inner(decision).slice(0, -1)}},` +
    `"attempts":[${attempt}],"calls":1,${cost}${path}`.slice(0, -1) +
    '}'
  )
}

/** Members as JSON, each with a comma behind it. */
function inner(value: object): string {
  const text = JSON.stringify(value)
  return text.length === 2 ? '' : `${text.slice(1, -1)},`
}

let lastMs = Number.NaN
let lastText = ''

/** ISO 8601. Rows of one millisecond share it. */
function toText(at: Date): string {
  const ms = at.getTime()
  if (ms !== lastMs) {
    lastText = at.toISOString()
    lastMs = ms
  }
  return lastText
}
