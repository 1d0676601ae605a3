/**
 * Escalate: a caller who is not content with an answer has the next stage answer the same request. The new row names the decision that it
 * re-answers. The messages come from the store, or from the caller, who then sends the request's body again.
 */
import type { FastifyReply, FastifyRequest } from 'fastify'
import { WeirError, type River } from '@weir/core'
import type { LiveOutcome } from '../record/live-outcome.ts'
import { admitChat, optionsFor } from './admission.ts'
import { parseJsonBody } from './chat-request.ts'
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
  const body = toBody(request.body, { model: nextStage(river, row), row })
  const parsed = parse(own, { headers: request.headers, body })
  const grant = admitChat(own, { request, reply, parsed })
  begin(own, { request, reply, parsed, startedAtMs, escalatedFrom: id, grant })
}

/** The model after the one that answered, or that was tried last. Throws `request.decision` at the last stage. */
export function nextStage({ services, pair }: River, { attempts, decision }: LiveOutcome): string {
  const answered = (attempts.find(({ verdict }) => verdict === 'accept') ?? attempts.at(-1))?.model
  const service = Object.entries(services ?? {}).find(([name]) => name === decision.policy)?.[1]
  const stages = service?.stages ?? [pair.small, pair.large]
  const next = stages[stages.indexOf(answered ?? '') + 1]
  if (next !== undefined && answered !== pair.large) return next
  throw new WeirError(
    'request.decision',
    `${answered ?? 'no model'} answered this decision, and no stage comes after it; ask a model by its name`,
  )
}

interface Again {
  readonly model: string
  readonly row: LiveOutcome
}

/** The caller's body where it has messages, else what it has with the stored ones. Throws `request.body` when there are none. */
function toBody(sent: unknown, { model, row: { messages } }: Again): Buffer {
  const bytes = Buffer.isBuffer(sent) && sent.length > 0 ? sent : EMPTY
  const body = parseJsonBody(bytes)
  if (body['messages'] !== undefined) return setMembers(bytes, { model })
  if (messages === undefined) {
    throw new WeirError(
      'request.body',
      'the messages of this decision were not stored; send the request again in the body, or set record.storeText',
    )
  }
  return setMembers(bytes, { model, messages })
}

const EMPTY = Buffer.from('{}')
