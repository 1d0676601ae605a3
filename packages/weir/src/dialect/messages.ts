/** Anthropic Messages as an upstream speaks it. */
import { fromMessage, toMessagesError } from './from-messages.ts'
import { MessagesStream } from './from-messages-stream.ts'
import type { Native } from './native.ts'
import { toMessages } from './to-messages.ts'

export const MESSAGES_NATIVE: Native = {
  fromChat: toMessages,
  toCompletion: fromMessage,
  createStream: (context) => new MessagesStream(context),
  toError: toMessagesError,
}
