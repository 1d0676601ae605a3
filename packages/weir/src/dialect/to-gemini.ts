/**
 * Chat request -> Gemini generateContent request. JSON Schemas go as they are (`parametersJsonSchema`, `responseJsonSchema`). The model's name
 * and whether it streams are in the path, not in the body.
 *
 * Source: Google's Gemini API reference (v1beta) and thinking, thought-signature and structured-output guides, November 2026. Conversation:
 * to-gemini-turns.ts.
 */
import { dropUndefined } from '../record/drop-undefined.ts'
import { asRecord, asRecords, asString, type Json } from './hub.ts'
import { unsupported, type NativeOptions } from './native.ts'
import { refuseShapes } from './refuse-shapes.ts'
import { toContents } from './to-gemini-turns.ts'

/** Generations before Gemini 3: thinking takes a budget, calls need no signatures. What is not listed is taken to be new. */
const OLDER = /gemini-(?:1|2|pro|robotics-er-1)|^(?:.*\/)?(?:gemma|learnlm)/i

export function isOlderGemini(model: string): boolean {
  return OLDER.test(model)
}

export function toGemini(chat: Json, { maxOutputTokens }: NativeOptions): Json {
  refuseShapes(chat, { several: true, logprobs: true })
  const model = asString(chat['model'])
  const isOlder = isOlderGemini(model)
  const { system, contents } = toContents(asRecords(chat['messages']), isOlder)
  const tools = toDeclarations(chat)
  return dropUndefined({
    systemInstruction: system === undefined ? undefined : { parts: system },
    contents,
    tools: tools === undefined ? undefined : [{ functionDeclarations: tools }],
    toolConfig: tools === undefined ? undefined : toToolConfig(chat['tool_choice']),
    generationConfig: toGenerationConfig(chat, { model, isOlder, maxOutputTokens }),
    safetySettings: chat['safety_settings'] ?? undefined,
  })
}

function toDeclarations(chat: Json): readonly Json[] | undefined {
  const tools = asRecords(chat['tools'])
  if (tools.length === 0) return undefined
  return tools.map(({ type, function: called }) => {
    if (type !== 'function') throw unsupported(`a tool of type "${asString(type).slice(0, 40)}"`)
    const { name, description, parameters } = asRecord(called)
    return dropUndefined({ name, description, parametersJsonSchema: parameters ?? undefined })
  })
}

function toToolConfig(choice: unknown): Json | undefined {
  const config = readChoice(choice)
  return config === undefined ? undefined : { functionCallingConfig: config }
}

function readChoice(choice: unknown): Json | undefined {
  if (choice === 'auto') return { mode: 'AUTO' }
  if (choice === 'none') return { mode: 'NONE' }
  if (choice === 'required') return { mode: 'ANY' }
  const { type, function: called, allowed_tools: allowed } = asRecord(choice)
  if (type === 'function') return { mode: 'ANY', allowedFunctionNames: [asRecord(called)['name']] }
  if (type !== 'allowed_tools') return undefined
  const { mode, tools } = asRecord(allowed)
  const names = asRecords(tools).map((tool) => asRecord(tool['function'])['name'])
  return { mode: mode === 'required' ? 'ANY' : 'VALIDATED', allowedFunctionNames: names }
}

interface ConfigNeeds {
  readonly model: string
  readonly isOlder: boolean
  readonly maxOutputTokens: number | undefined
}

function toGenerationConfig(chat: Json, { model, isOlder, maxOutputTokens }: ConfigNeeds): Json | undefined {
  // Penalties are refused by the 2.5 generation.
  const hasPenalties = !/gemini-2\.5/.test(model)
  const config = dropUndefined({
    maxOutputTokens: numberOf(chat['max_completion_tokens'] ?? chat['max_tokens']) ?? maxOutputTokens,
    temperature: numberOf(chat['temperature']),
    topP: numberOf(chat['top_p']),
    topK: numberOf(chat['top_k']),
    seed: numberOf(chat['seed']),
    candidateCount: numberOf(chat['n']),
    presencePenalty: hasPenalties ? numberOf(chat['presence_penalty']) : undefined,
    frequencyPenalty: hasPenalties ? numberOf(chat['frequency_penalty']) : undefined,
    stopSequences: toStops(chat['stop']),
    responseLogprobs: chat['logprobs'] === true ? true : undefined,
    logprobs: chat['logprobs'] === true ? numberOf(chat['top_logprobs']) : undefined,
    ...toResponseFormat(asRecord(chat['response_format'])),
    thinkingConfig: toThinking(chat, isOlder),
  })
  return Object.keys(config).length === 0 ? undefined : config
}

function toResponseFormat({ type, json_schema: schema }: Json): {
  readonly responseMimeType: string | undefined
  readonly responseJsonSchema: unknown
} {
  const isJson = type === 'json_object' || type === 'json_schema'
  return {
    responseMimeType: isJson ? 'application/json' : undefined,
    responseJsonSchema: type === 'json_schema' ? (asRecord(schema)['schema'] ?? undefined) : undefined,
  }
}

/** Tokens of thinking for an effort, where the model takes a budget; 'none' is 0. Google's own table for its OpenAI endpoint. */
const BUDGETS: ReadonlyMap<unknown, number> = new Map([
  ['none', 0],
  ['minimal', 1024],
  ['low', 1024],
  ['medium', 8192],
  ['high', 24_576],
  ['xhigh', 24_576],
  ['max', 24_576],
])
const LEVELS: ReadonlyMap<unknown, string> = new Map([
  ['none', 'minimal'],
  ['minimal', 'minimal'],
  ['low', 'low'],
  ['medium', 'medium'],
  ['high', 'high'],
  ['xhigh', 'high'],
  ['max', 'high'],
])

/** Of Anthropic's object the budget is taken where there is one; a caller who asks that way wants to see the thoughts. */
function toThinking(chat: Json, isOlder: boolean): Json | undefined {
  const { type, budget_tokens: budget } = asRecord(chat['thinking'])
  if (type === 'disabled') return isOlder ? { thinkingBudget: 0 } : { thinkingLevel: 'minimal' }
  const shows = type === undefined ? {} : { includeThoughts: true }
  const effort = chat['reasoning_effort']
  const amount = isOlder
    ? { thinkingBudget: numberOf(budget) ?? BUDGETS.get(effort) }
    : { thinkingLevel: LEVELS.get(effort) }
  const config = dropUndefined({ ...shows, ...amount })
  return Object.keys(config).length === 0 ? undefined : config
}

function toStops(stop: unknown): readonly unknown[] | undefined {
  if (typeof stop === 'string') return [stop]
  return Array.isArray(stop) && stop.length > 0 ? stop : undefined
}

function numberOf(value: unknown): number | undefined {
  return typeof value === 'number' ? value : undefined
}
