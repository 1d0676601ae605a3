/**
 * Client: somebody else's client of one dialect, asking a scenario in its own words and saying what it made of the answer.
 */
import {
  PERSON,
  PNG,
  type Asking,
  type Read,
  type Reply,
  type Scenario,
  type ToolCall,
  type Wire,
} from './scenario.ts'

export interface ClientOptions {
  /** Of the gateway, without /v1. */
  readonly url: string
  readonly model: string
  readonly retries?: number
  readonly timeoutMs?: number
}

export interface Asked {
  readonly asking: Asking
  readonly isStream: boolean
  readonly signal?: AbortSignal
  /** Every event as the client read it, where it shows them. */
  readonly onEvent?: (event: unknown) => void
}

export interface Client {
  readonly name: string
  readonly dialect: 'chat' | 'responses' | 'messages'
  /** True when it adds up the token counts of a stream's events, though the last are totals. */
  readonly addsStreamUsage?: boolean
  /** True when it can be asked this. */
  can?(scenario: Scenario): boolean
  ask(options: ClientOptions, asked: Asked): Promise<Read>
}

export const DATA_URL = `data:image/png;base64,${PNG}`
export const KEY = 'sk-caller'

const FINISHES: Readonly<Record<string, Reply['finish']>> = {
  stop: 'stop',
  end_turn: 'stop',
  completed: 'stop',
  length: 'length',
  max_tokens: 'length',
  tool_calls: 'tool',
  'tool-calls': 'tool',
  tool_use: 'tool',
}

export function finishOf(word: string | null | undefined): Read['finish'] {
  return FINISHES[word ?? ''] ?? 'other'
}

export function callOf(id: string | undefined, name: string, args: unknown): ToolCall {
  return {
    id: id ?? '',
    name,
    arguments: (typeof args === 'string' ? JSON.parse(args) : args) as ToolCall['arguments'],
  }
}

/** What is asked, as a message of chat completions holds it. */
export function chatContent({ text, image }: Pick<Asking, 'text' | 'image'>): Wire {
  if (image !== true) return text
  return [
    { type: 'text', text },
    { type: 'image_url', image_url: { url: DATA_URL } },
  ]
}

/** How chat completions ask for a person as JSON. */
export const PERSON_FORMAT = {
  type: 'json_schema' as const,
  json_schema: { name: 'person', strict: true, schema: PERSON },
}
