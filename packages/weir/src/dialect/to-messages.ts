/**
 * Chat request -> Anthropic Messages request. What has no form there and changes the answer's shape (several answers, log-probabilities,
 * audio) is refused; what only nudges sampling (penalties, seed, bias) is left out. Nothing is sent that the caller did not ask for but
 * `max_tokens`, which the API needs.
 *
 * Source: Anthropic's API reference and the types of its official client, November 2026. Conversation: to-messages-turns.ts.
 */
import { dropUndefined } from '../record/drop-undefined.ts'
import { claudeTraits, type ClaudeTraits } from './claude-traits.ts'
import { asRecord, asRecords, asString, type Json } from './hub.ts'
import { unsupported, type NativeOptions } from './native.ts'
import { refuseShapes } from './refuse-shapes.ts'
import { lacksThinking, toTurns } from './to-messages-turns.ts'

export function toMessages(chat: Json, { maxOutputTokens }: NativeOptions): Json {
  refuseShapes(chat)
  const model = asString(chat['model'])
  const traits = claudeTraits(model)
  const limit =
    chat['max_completion_tokens'] ?? chat['max_tokens'] ?? maxOutputTokens ?? traits.maxOutputTokens
  const messages = asRecords(chat['messages'])
  const { system, turns } = toTurns(messages, chat['response_format'])
  const tools = toTools(chat)
  const toolChoice = toToolChoice(chat, tools)
  const thinking = toThinking(chat, { traits, limit: Number(limit), toolChoice, messages })
  return dropUndefined({
    model,
    max_tokens: limit,
    system,
    messages: turns,
    tools,
    tool_choice: toolChoice,
    thinking,
    output_config: toOutputConfig(chat, traits),
    stop_sequences: toStops(chat['stop']),
    stream: chat['stream'] ?? undefined,
    metadata: toMetadata(chat),
    service_tier: toTier(chat['service_tier']),
    cache_control: chat['cache_control'] ?? undefined,
    ...toSampling(chat, traits, isThinking(thinking)),
  })
}

function toTools(chat: Json): readonly Json[] | undefined {
  const tools = allowedTools(chat)
  if (tools.length === 0) return undefined
  return tools.map(({ type, function: called, cache_control: cache }) => {
    if (type !== 'function') throw unsupported(`a tool of type "${asString(type).slice(0, 40)}"`)
    const { name, description, parameters, strict } = asRecord(called)
    return dropUndefined({
      name,
      description,
      input_schema: parameters ?? { type: 'object', properties: {} },
      strict: strict === true ? true : undefined,
      cache_control: cache ?? asRecord(called)['cache_control'],
    })
  })
}

/** `tool_choice: {type: 'allowed_tools'}` narrows the tools. */
function allowedTools(chat: Json): readonly Json[] {
  const tools = asRecords(chat['tools'])
  const choice = asRecord(chat['tool_choice'])
  if (choice['type'] !== 'allowed_tools') return tools
  const allowed = asRecords(asRecord(choice['allowed_tools'])['tools']).map(nameOf)
  return tools.filter((tool) => allowed.includes(nameOf(tool)))
}

function nameOf({ function: called }: Json): string {
  return asString(asRecord(called)['name'])
}

function toToolChoice(chat: Json, tools: readonly Json[] | undefined): Json | undefined {
  if (tools === undefined) return undefined
  const isSingle = chat['parallel_tool_calls'] === false
  const chosen = readToolChoice(chat['tool_choice'])
  const disable = isSingle && chosen?.['type'] !== 'none' ? { disable_parallel_tool_use: true } : {}
  if (chosen === undefined) return isSingle ? { type: 'auto', ...disable } : undefined
  return { ...chosen, ...disable }
}

function readToolChoice(choice: unknown): Json | undefined {
  if (choice === 'auto' || choice === 'none') return { type: choice }
  if (choice === 'required') return { type: 'any' }
  const { type, function: called, allowed_tools: allowed } = asRecord(choice)
  if (type === 'function') return { type: 'tool', name: asRecord(called)['name'] }
  if (type === 'allowed_tools') return { type: asRecord(allowed)['mode'] === 'required' ? 'any' : 'auto' }
  return undefined
}

interface ThinkingNeeds {
  readonly traits: ClaudeTraits
  readonly limit: number
  readonly toolChoice: Json | undefined
  readonly messages: readonly Json[]
}

/** Tokens of thinking for an effort, where the model takes a budget. The least that the API takes is 1,024. */
const BUDGETS: ReadonlyMap<unknown, number> = new Map([
  ['minimal', 1024],
  ['low', 2048],
  ['medium', 8192],
  ['high', 16_384],
  ['xhigh', 32_768],
  ['max', 32_768],
])

/** Anthropic's own object as it is; else from the effort, unless the API would refuse thinking for this request. */
function toThinking(chat: Json, { traits, limit, toolChoice, messages }: ThinkingNeeds): unknown {
  if (chat['thinking'] !== undefined && chat['thinking'] !== null) return chat['thinking']
  const budget = BUDGETS.get(chat['reasoning_effort'])
  if (budget === undefined || !traits.isClaude) return undefined
  const isForced = toolChoice?.['type'] === 'any' || toolChoice?.['type'] === 'tool'
  if (isForced) return undefined
  if (traits.thinking === 'adaptive') return { type: 'adaptive' }
  if (limit <= 1024 || lacksThinking(messages)) return undefined
  return { type: 'enabled', budget_tokens: Math.min(budget, limit - 1) }
}

function isThinking(thinking: unknown): boolean {
  const { type } = asRecord(thinking)
  return type === 'enabled' || type === 'adaptive'
}

/** Sampling is refused by newer models, and beside thinking. Temperature ends at 1 here; of the two knobs one is allowed. */
function toSampling(chat: Json, { samples, isClaude }: ClaudeTraits, thinks: boolean): Json {
  if (!samples || thinks) return {}
  const { temperature, top_p: topP, top_k: topK } = chat
  const hasTemperature = typeof temperature === 'number'
  return dropUndefined({
    temperature: hasTemperature ? Math.min(1, temperature) : undefined,
    top_p: typeof topP === 'number' && !(hasTemperature && isClaude) ? topP : undefined,
    top_k: typeof topK === 'number' ? topK : undefined,
  })
}

const EFFORTS: ReadonlyMap<unknown, string> = new Map([
  ['minimal', 'low'],
  ['low', 'low'],
  ['medium', 'medium'],
  ['high', 'high'],
  ['xhigh', 'xhigh'],
  ['max', 'max'],
])

function toOutputConfig(chat: Json, { thinking, isClaude }: ClaudeTraits): Json | undefined {
  const own = asRecord(chat['output_config'])
  const effort = isClaude && thinking === 'adaptive' ? EFFORTS.get(chat['reasoning_effort']) : undefined
  const { type, json_schema: schema } = asRecord(chat['response_format'])
  const format =
    type === 'json_schema' ? { type: 'json_schema', schema: asRecord(schema)['schema'] ?? {} } : undefined
  const config = {
    ...own,
    ...dropUndefined({ effort: own['effort'] ?? effort, format: own['format'] ?? format }),
  }
  return Object.keys(config).length === 0 ? undefined : config
}

/** The API refuses sequences of white space alone. */
function toStops(stop: unknown): readonly string[] | undefined {
  const stops = (Array.isArray(stop) ? stop : [stop]).filter(
    (one): one is string => typeof one === 'string' && one.trim() !== '',
  )
  return stops.length === 0 ? undefined : stops
}

function toMetadata({ user, safety_identifier: identifier }: Json): Json | undefined {
  const id = identifier ?? user
  return typeof id === 'string' ? { user_id: id } : undefined
}

function toTier(tier: unknown): string | undefined {
  if (tier === 'auto' || tier === 'standard_only') return tier
  return tier === 'default' ? 'standard_only' : undefined
}
