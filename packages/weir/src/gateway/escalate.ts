/**
 * Escalate: a caller who is not content with an answer has the next stage answer the same request. The new row names the decision that it
 * re-answers. The messages come from the store, or from the caller, who then sends the request's body again.
 */
import type { FastifyReply, FastifyRequest } from 'fastify'
import { WeirError, type Decision, type River } from '@weir/core'
import { CHAT } from '../dialect/chat-dialect.ts'
import type { LiveOutcome } from '../record/live-outcome.ts'
import { admitChat, optionsFor } from './admission.ts'
import { parseJsonBody, type ChatRequest } from './chat-request.ts'
import { dialectNamed } from './client-dialects.ts'
import { begin, parse, type ChatOptions } from './chat.ts'
import { setMembers } from './rewrite.ts'

/** Throws `request.route` when nothing is recorded, `request.decision` and `request.body` while nothing is sent. */
export async function handleEscalate(
  options: ChatOptions,
  request: FastifyRequest,
  reply: FastifyReply,
): Promise<void> {
  const startedAtMs = performance.now()
  const own = optionsFor(options, request)
  const { store, river } = own
  if (store === undefined) {
    throw new WeirError(
      'request.route',
      'escalation needs the outcome store; set record.path in the configuration',
    )
  }
  const { id } = request.params as { readonly id: string }
  const row = await store.find(id)
  // Another caller's messages are none of this one's business.
  const key = own.auth?.access.accountOf(request.raw)?.key.id
  if (row === undefined || (key !== undefined && row.key !== key)) {
    throw new WeirError(
      'request.decision',
      'no recorded decision has this id; use the x-weir-decision-id of an answer of this gateway',
    )
  }
  const parsed = parseAgain(own, request, { model: nextStage(river, row), row })
  const grant = admitChat(own, { request, reply, parsed })
  begin(own, { request, reply, parsed, startedAtMs, escalatedFrom: id, grant })
}

/** The model after the one that answered, or that was tried last. Throws `request.decision` at the last stage. */
export function nextStage(river: River, { attempts, decision }: LiveOutcome): string {
  const answered = (attempts.find(({ verdict }) => verdict === 'accept') ?? attempts.at(-1))?.model
  const isPool = river.services?.route?.isPool === true
  const next = isPool ? betterOf(decision, answered) : stageAfter(river, decision, answered)
  if (next !== undefined) return next
  throw new WeirError(
    'request.decision',
    `${answered ?? 'no model'} answered this decision, and no stage comes after it; ask a model by its name`,
  )
}

function stageAfter(
  { services, pair }: Pick<River, 'services' | 'pair'>,
  { policy }: Pick<Decision, 'policy'>,
  answered: string | undefined,
): string | undefined {
  if (answered === pair.large) return undefined
  const service = Object.entries(services ?? {}).find(([name]) => name === policy)?.[1]
  const stages = service?.stages ?? [pair.small, pair.large]
  return stages[stages.indexOf(answered ?? '') + 1]
}

/** Of a pool: the cheapest that was believed better. Estimates are in the pool's order, cheap to dear. */
function betterOf(
  { estimates = [] }: Pick<Decision, 'estimates'>,
  answered: string | undefined,
): string | undefined {
  const quality = estimates.find(({ model }) => model === answered)?.quality ?? 1
  return estimates.find((one) => one.quality > quality)?.model
}

interface Again {
  readonly model: string
  readonly row: LiveOutcome
}

/** The caller is answered in the dialect of the first answer: what is sent again has that form, what was stored is chat. */
function parseAgain(options: ChatOptions, { headers, body: sent }: Sent, { model, row }: Again): ChatRequest {
  const bytes = Buffer.isBuffer(sent) && sent.length > 0 ? sent : EMPTY
  const body = parseJsonBody(bytes)
  const dialect = dialectNamed(row.dialect)
  if (body['messages'] !== undefined || body['input'] !== undefined) {
    return parse(options, { headers, body: setMembers(bytes, { model }) }, dialect)
  }
  const { messages } = row
  if (messages === undefined) {
    throw new WeirError(
      'request.body',
      'the messages of this decision were not stored; send the request again in the body, or set record.storeText',
    )
  }
  const isChat = dialect === CHAT
  const usage = isChat || body['stream'] !== true ? {} : { stream_options: { include_usage: true } }
  const again = setMembers(bytes, { model, messages, ...usage })
  const parsed = parse(options, { headers, body: again })
  if (isChat) return parsed
  const native = { bytes: again, map: parsed.map, body, nativeOnly: undefined, isForwardable: false }
  return { ...parsed, dialect, native }
}

type Sent = Pick<FastifyRequest, 'headers' | 'body'>

const EMPTY = Buffer.from('{}')
