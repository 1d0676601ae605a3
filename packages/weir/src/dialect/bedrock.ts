/** Amazon Bedrock's Converse as an upstream speaks it. */
import { fromConverse, toConverseError } from './from-converse.ts'
import { ConverseStream } from './from-converse-stream.ts'
import type { Native } from './native.ts'
import { converseContext, toConverse } from './to-converse.ts'

export const BEDROCK_NATIVE: Native = {
  fromChat: toConverse,
  toCompletion: fromConverse,
  createStream: (context) => new ConverseStream(context),
  contextOf: converseContext,
  toError: toConverseError,
}
