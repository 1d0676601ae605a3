/**
 * Refuses what would change the shape of an answer and has no form outside OpenAI's own API. A call that is refused here failed before it
 * was made: a routed request goes on to its next model.
 */
import { isRecord } from '@weir/core'
import { asRecord, asRecords, type Json } from './hub.ts'
import { unsupported } from './native.ts'

export interface Shapes {
  /** Several answers in one call. */
  readonly several?: boolean
  readonly logprobs?: boolean
}

export function refuseShapes(chat: Json, shapes: Shapes = {}): void {
  const found = WHATS.find(([, isAsked]) => isAsked(chat, shapes))
  if (found !== undefined) throw unsupported(found[0])
}

type IsAsked = (chat: Json, shapes: Shapes) => boolean

const WHATS: readonly (readonly [what: string, isAsked: IsAsked])[] = [
  ['n above 1', ({ n }, { several = false }) => typeof n === 'number' && n > 1 && !several],
  ['logprobs', (chat, { logprobs = false }) => chat['logprobs'] === true && !logprobs],
  [
    'an answer that is not text',
    ({ modalities }) => Array.isArray(modalities) && modalities.some((one) => one !== 'text'),
  ],
  [
    'functions, the older form of tools,',
    ({ functions }) => Array.isArray(functions) && functions.length > 0,
  ],
  ['web_search_options', (chat) => isRecord(chat['web_search_options'])],
  ['input_audio', ({ messages }) => asRecords(messages).some(hasAudio)],
]

function hasAudio({ content }: Json): boolean {
  return asRecords(content).some(({ type }) => type === 'input_audio')
}

/** Asks for a JSON object in words, where the provider has no switch for it. Undefined when none was asked for. */
export function jsonInstruction(format: unknown): string | undefined {
  return asRecord(format)['type'] === 'json_object'
    ? 'Answer with one JSON object and nothing else: no text around it, no code fence.'
    : undefined
}
