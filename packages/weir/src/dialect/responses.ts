/** OpenAI's Responses as an upstream speaks them. */
import { fromResponse, toResponseError } from './from-responses.ts'
import { ResponsesStream } from './from-responses-stream.ts'
import type { Native } from './native.ts'
import { toResponses } from './to-responses.ts'

export const RESPONSES_NATIVE: Native = {
  fromChat: toResponses,
  toCompletion: fromResponse,
  createStream: (context) => new ResponsesStream(context),
  toError: toResponseError,
}
