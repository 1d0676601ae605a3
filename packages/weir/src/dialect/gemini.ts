/** Gemini's generateContent as an upstream speaks it. */
import { fromGemini, toGeminiError } from './from-gemini.ts'
import { GeminiStream } from './from-gemini-stream.ts'
import type { Native } from './native.ts'
import { toGemini } from './to-gemini.ts'

export const GEMINI_NATIVE: Native = {
  fromChat: toGemini,
  toCompletion: fromGemini,
  createStream: (context) => new GeminiStream(context),
  toError: toGeminiError,
}
