/**
 * Scenarios of the compatibility matrix: what a caller asks and what a model replies, in no dialect. Clients that nobody here wrote ask it
 * in theirs, mock upstreams reply in theirs, and both ends compare what arrived with what stands here.
 */

/** A foreign wire's JSON, read as it stands: a wrong shape fails the case. */
// oxlint-disable-next-line typescript/no-explicit-any -- typing it would be writing the client again
export type Wire = any

export interface ToolCall {
  readonly id: string
  readonly name: string
  readonly arguments: Readonly<Record<string, unknown>>
}

export interface Reply {
  readonly text: string
  readonly calls: readonly ToolCall[]
  readonly finish: 'stop' | 'length' | 'tool'
  readonly usage: { readonly input: number; readonly cached: number; readonly output: number }
}

export interface Asking {
  readonly system?: string
  /** Turns before the last one, the user's first. */
  readonly history?: readonly string[]
  readonly text: string
  /** A PNG of one pixel stands behind the text. */
  readonly image?: boolean
  readonly tools?: boolean
  /** The tool call of the turn before, and what it gave: the last turn is then the result, not the text. */
  readonly result?: { readonly call: ToolCall; readonly output: string }
  readonly schema?: boolean
  readonly maxTokens?: number
  readonly temperature?: number
}

export interface Scenario {
  readonly name: string
  readonly asking: Asking
  readonly reply: Reply
}

/** What an upstream was asked, read from its own dialect. */
export interface Received {
  readonly system: string
  /** Of user and assistant turns, in order; tool calls and results not among them. */
  readonly texts: readonly string[]
  readonly images: readonly string[]
  readonly tools: readonly { readonly name: string; readonly parameters: unknown }[]
  readonly calls: readonly ToolCall[]
  readonly results: readonly { readonly id: string; readonly output: string }[]
  /** The JSON schema of the answer, when one was asked for. */
  readonly schema: unknown
  readonly maxTokens: number | undefined
  readonly temperature: number | undefined
  readonly isStream: boolean
}

/** What a client made of the answer. */
export interface Read {
  readonly text: string
  readonly calls: readonly ToolCall[]
  readonly finish: Reply['finish'] | 'other'
  readonly usage: { readonly input: number; readonly output: number }
}

export const PNG: string =
  'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=='

export const WEATHER: Readonly<Record<string, unknown>> = {
  type: 'object',
  properties: { city: { type: 'string' }, days: { type: 'integer' } },
  required: ['city', 'days'],
  additionalProperties: false,
}

export const PERSON: Readonly<Record<string, unknown>> = {
  type: 'object',
  properties: { name: { type: 'string' }, age: { type: 'integer' } },
  required: ['name', 'age'],
  additionalProperties: false,
}

const USAGE = { input: 120, cached: 0, output: 34 }
const PARIS: ToolCall = {
  id: 'call_1a',
  name: 'weather',
  arguments: { city: 'Paris, "the" city\n', days: 3 },
}
const OSLO: ToolCall = { id: 'call_2b', name: 'weather', arguments: { city: 'Osló 🌊', days: 1 } }

function say(text: string, reply: Partial<Reply> = {}): Reply {
  return { text, calls: [], finish: 'stop', usage: USAGE, ...reply }
}

export const SCENARIOS: readonly Scenario[] = [
  { name: 'text', asking: { text: 'Say hello.' }, reply: say('Hello there.') },
  {
    name: 'characters of any script',
    asking: { text: 'Größe? "x\\y"\n\t🌊 数' },
    reply: say('Ünïcødé 🌊🏳️‍🌈 \u2028 "quoted" \\ back\nnew\tline 数学'),
  },
  {
    name: 'a long answer',
    asking: { text: 'Count.' },
    reply: say(Array.from({ length: 800 }, (_, i) => `line ${i}`).join('\n')),
  },
  { name: 'an empty answer', asking: { text: 'Say nothing.' }, reply: say('') },
  {
    name: 'a system prompt',
    asking: { system: 'You are terse.', text: 'Who are you?' },
    reply: say('A model.'),
  },
  {
    name: 'a conversation',
    asking: { system: 'Be kind.', history: ['First?', 'One.', 'Second?', 'Two.'], text: 'Third?' },
    reply: say('Three.'),
  },
  {
    name: 'a tool call',
    asking: { text: 'Weather in Paris?', tools: true },
    reply: say('', { calls: [PARIS], finish: 'tool' }),
  },
  {
    name: 'text and parallel tool calls',
    asking: { text: 'Weather in Paris and Oslo?', tools: true },
    reply: say('Looking.', { calls: [PARIS, OSLO], finish: 'tool' }),
  },
  {
    name: 'a tool result',
    asking: { text: 'Weather in Paris?', tools: true, result: { call: PARIS, output: '{"celsius": 21}' } },
    reply: say('21 degrees.'),
  },
  {
    name: 'a JSON schema',
    asking: { text: 'Make up a person.', schema: true },
    reply: say('{"name":"Ada","age":36}'),
  },
  { name: 'an image', asking: { text: 'What is this?', image: true }, reply: say('A pixel.') },
  {
    name: 'a length limit',
    asking: { text: 'Tell a story.', maxTokens: 34 },
    reply: say('Once upon', { finish: 'length' }),
  },
  {
    name: 'a temperature and cached tokens',
    asking: { text: 'Be wild.', temperature: 0.5 },
    reply: say('Wild.', { usage: { input: 2000, cached: 1500, output: 7 } }),
  },
]
