/**
 * Content: messages and the answer as the conventions write them into spans. Used only where the configuration says `telemetry.content: true`.
 *
 * Source: semantic conventions 1.41, gen-ai-input-messages.json and gen-ai-output-messages.json. Of parts that are no text only the kind is said.
 */
import { isRecord, type StoredMessage } from '@weir/core'

/** System messages stand apart. */
export function toInputMessages(messages: readonly StoredMessage[]): string {
  const turns = messages.filter(({ role }) => role !== 'system' && role !== 'developer')
  return JSON.stringify(turns.map(({ role, content }) => ({ role, parts: toParts(content) })))
}

/** Undefined when there are none. */
export function toSystemInstructions(messages: readonly StoredMessage[]): string | undefined {
  const system = messages.filter(({ role }) => role === 'system' || role === 'developer')
  return system.length === 0 ? undefined : JSON.stringify(system.flatMap(({ content }) => toParts(content)))
}

export function toOutputMessages(text: string): string {
  return JSON.stringify([{ role: 'assistant', parts: toParts(text), finish_reason: 'stop' }])
}

function toParts(content: unknown): readonly object[] {
  if (typeof content === 'string') return [{ type: 'text', content }]
  if (!Array.isArray(content)) return []
  return content.filter(isRecord).map(({ type, text }) => {
    return typeof text === 'string' ? { type: 'text', content: text } : { type: String(type) }
  })
}
