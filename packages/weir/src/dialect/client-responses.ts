/**
 * OpenAI's Responses API as a client dialect. Its errors have the shape of chat's; in a stream they are events of the name `error`.
 */
import { AnswerBlocks } from './answer-blocks.ts'
import { CHAT } from './chat-dialect.ts'
import type { AnswerContext, ClientDialect, Problem } from './client-dialect.ts'
import { firstChoice } from './client-messages-answer.ts'
import { ResponsesEvents } from './client-responses-events.ts'
import {
  incompleteReason,
  markItem,
  toItem,
  toLogprobs,
  toResponse,
  toResponsesUsage,
} from './client-responses-items.ts'
import { responsesToChat } from './client-responses-request.ts'
import { asRecord, asString, type Json } from './hub.ts'
import { parseLoosely } from '../upstream/usage.ts'

export const RESPONSES: ClientDialect = {
  name: 'responses',
  translation: {
    toChat: responsesToChat,
    fromCompletion: toWholeResponse,
    createStreamWriter: (context) => new ResponsesEvents(context),
  },
  statusOf: (status) => CHAT.statusOf(status),
  errorBody: (problem) => CHAT.errorBody(problem),
  refusalBody: (refused) => CHAT.refusalBody(refused),
  errorEvent: ({ code, message }: Problem) => toErrorEvent({ code, message, param: null }),
  toErrorEvent(text) {
    const { code, message, param } = asRecord(asRecord(parseLoosely(text))['error'])
    return toErrorEvent({ code: code ?? null, message: asString(message), param: param ?? null })
  },
  keepAlive: CHAT.keepAlive,
}

/** Where no stream has begun: with the first number. */
function toErrorEvent(error: Json): string {
  return `event: error\ndata: ${JSON.stringify({ type: 'error', sequence_number: 0, ...error })}\n\n`
}

function toWholeResponse(completion: Json, context: AnswerContext): Json {
  const choice = firstChoice(completion)
  const reason = incompleteReason(choice['finish_reason'])
  const status = reason === undefined ? 'completed' : 'incomplete'
  const logprobs = toLogprobs(choice)
  const output: Json[] = []
  const blocks = new AnswerBlocks({
    open: () => '',
    delta: () => '',
    close(block) {
      const mark = markItem(block, context)
      output.push(...(mark === undefined ? [] : [mark]), toItem(block, context, { status, logprobs }))
      return ''
    },
  })
  blocks.push(asRecord(choice['message']))
  blocks.end()
  return toResponse(completion, context, {
    status,
    output,
    usage: toResponsesUsage(asRecord(completion['usage'])),
    ...(reason === undefined ? {} : { reason }),
  })
}
