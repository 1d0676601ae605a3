/**
 * Feedback: how good an answer was, told by whoever can judge it. It joins the outcome row of its decision and becomes the score
 * that training reads.
 */
import type { FastifyRequest } from 'fastify'
import { WeirError } from '@weir/core'
import type { Access } from '../access/access.ts'
import type { OutcomeStore } from '../record/store.ts'
import type { UpstreamClient } from '../upstream/client.ts'
import { parseJsonBody, unknownModel } from './chat-request.ts'

export interface FeedbackOptions {
  readonly store?: OutcomeStore
  readonly upstream: UpstreamClient
  readonly now: () => Date
  /** Absent: callers are not authenticated. */
  readonly auth?: { readonly access: Access }
}

/** Throws `request.route` when nothing is recorded, `request.body`, `request.model` or `request.decision`. */
export async function handleFeedback(options: FeedbackOptions, request: FastifyRequest): Promise<unknown> {
  const { store, upstream, now, auth } = options
  if (store === undefined) {
    throw new WeirError(
      'request.route',
      'feedback needs the outcome store; set record.path in the configuration',
    )
  }
  const { decisionId, model, quality } = parseFeedback(request.body)
  if (model !== undefined && !upstream.has(model)) {
    throw unknownModel(
      model,
      upstream.models.map((definition) => definition.model),
    )
  }
  if (auth !== undefined) await checkOwn(store, decisionId, auth.access.accountOf(request.raw)?.key.id)
  const result = await store.addFeedback({
    decisionId,
    quality,
    at: now(),
    ...(model === undefined ? {} : { model }),
  })
  switch (result) {
    case 'stored':
      return { status: 'stored', decisionId }
    case 'no_decision':
      throw noDecision()
    case 'no_answer':
      throw new WeirError(
        'request.decision',
        'no model answered in this decision; name the model that was judged',
      )
    case 'failed':
      throw new WeirError('internal.bug', 'the feedback was not stored; see the log of the gateway')
  }
}

/** Another caller's answers are not this one's to judge. */
async function checkOwn(store: OutcomeStore, id: string, key: string | undefined): Promise<void> {
  if (key !== undefined && (await store.find(id))?.key !== key) throw noDecision()
}

function noDecision(): WeirError {
  return new WeirError(
    'request.decision',
    'no recorded decision has this decisionId; send the x-weir-decision-id of an answer of this gateway',
  )
}

interface WireFeedback {
  readonly decisionId: string
  readonly model?: string
  readonly quality: number
}

function parseFeedback(bytes: unknown): WireFeedback {
  const { decisionId, model, quality } = parseJsonBody(bytes)
  if (typeof decisionId !== 'string' || decisionId === '' || decisionId.length > 200) {
    throw new WeirError('request.body', 'decisionId must be the x-weir-decision-id of an answer')
  }
  if (typeof quality !== 'number' || !(quality >= 0 && quality <= 1)) {
    throw new WeirError('request.body', 'quality must be a number from 0 (useless) to 1 (perfect)')
  }
  if (model !== undefined && typeof model !== 'string') {
    throw new WeirError('request.body', 'model must be a string; leave it out for the model that answered')
  }
  return model === undefined ? { decisionId, quality } : { decisionId, model, quality }
}
