/**
 * Chat request -> Amazon Bedrock Converse request. A JSON schema becomes a tool that the model must call: Converse has no form for one that
 * all its models take; the call's arguments are the answer's text (`ANSWER_TOOL`). The model's name and whether it streams are in the path.
 *
 * Source: Amazon Bedrock's API reference (Converse, ConverseStream), November 2026. Conversation: to-converse-turns.ts.
 */
import { dropUndefined } from '../record/drop-undefined.ts'
import { claudeTraits } from './claude-traits.ts'
import { asRecord, asRecords, asString, type Json } from './hub.ts'
import { unsupported, type NativeOptions } from './native.ts'
import { refuseShapes } from './refuse-shapes.ts'
import { toConverseTurns } from './to-converse-turns.ts'

/** Name of the tool whose arguments are the answer. */
const ANSWER_TOOL = 'json_answer'

export function toConverse(chat: Json, { maxOutputTokens }: NativeOptions): Json {
  refuseShapes(chat)
  const messages = asRecords(chat['messages'])
  const { system, turns } = toConverseTurns(messages, chat['response_format'])
  const thinking = toThinking(chat)
  const fields = dropUndefined({
    top_k: typeof chat['top_k'] === 'number' && thinking === undefined ? chat['top_k'] : undefined,
    ...thinking,
  })
  return dropUndefined({
    messages: turns,
    system,
    inferenceConfig: toInference(chat, { maxOutputTokens, thinks: thinking !== undefined }),
    toolConfig: toToolConfig(chat, messages),
    additionalModelRequestFields: Object.keys(fields).length === 0 ? undefined : fields,
  })
}

/** What the reply must be read by. */
export function converseContext(chat: Json): { readonly answerTool?: string } {
  return asRecord(chat['response_format'])['type'] === 'json_schema' ? { answerTool: ANSWER_TOOL } : {}
}

interface InferenceNeeds {
  readonly maxOutputTokens: number | undefined
  readonly thinks: boolean
}

function toInference(chat: Json, { maxOutputTokens, thinks }: InferenceNeeds): Json | undefined {
  const { temperature, top_p: topP, stop } = chat
  const samples = claudeTraits(asString(chat['model'])).samples && !thinks
  const stops = (Array.isArray(stop) ? stop : [stop]).filter((one) => typeof one === 'string')
  const config = dropUndefined({
    maxTokens: chat['max_completion_tokens'] ?? chat['max_tokens'] ?? maxOutputTokens,
    temperature: samples && typeof temperature === 'number' ? Math.min(1, temperature) : undefined,
    topP: samples && typeof topP === 'number' ? topP : undefined,
    stopSequences: stops.length === 0 ? undefined : stops,
  })
  return Object.keys(config).length === 0 ? undefined : config
}

/** Anthropic's models take thinking as on their own API; those of others decide by themselves. */
function toThinking(chat: Json): Json | undefined {
  const model = asString(chat['model'])
  const { isClaude, thinking } = claudeTraits(model)
  const own = chat['thinking']
  if (own !== undefined && own !== null && isClaude) return { thinking: own }
  const effort = chat['reasoning_effort']
  if (!isClaude || thinking !== 'adaptive' || typeof effort !== 'string' || effort === 'none')
    return undefined
  return { thinking: { type: 'adaptive' }, output_config: { effort: effort === 'minimal' ? 'low' : effort } }
}

function toToolConfig(chat: Json, messages: readonly Json[]): Json | undefined {
  const tools = asRecords(chat['tools']).map(toTool)
  const schema = asRecord(asRecord(chat['response_format'])['json_schema'])
  const answers = converseContext(chat).answerTool !== undefined
  if (answers)
    tools.push(toSpec({ name: ANSWER_TOOL, description: DESCRIPTION, parameters: schema['schema'] }))
  // A conversation with calls in it is refused without their tools.
  if (tools.length === 0) tools.push(...calledNames(messages).map((name) => toSpec({ name })))
  if (tools.length === 0) return undefined
  const choice =
    answers && asRecords(chat['tools']).length === 0 ? { tool: { name: ANSWER_TOOL } } : toChoice(chat)
  return dropUndefined({ tools, toolChoice: choice ?? (answers ? { any: {} } : undefined) })
}

const DESCRIPTION = 'Give the answer by calling this tool with it.'

function toTool({ type, function: called }: Json): Json {
  if (type !== 'function') throw unsupported(`a tool of type "${asString(type).slice(0, 40)}"`)
  return toSpec(asRecord(called))
}

function toSpec({ name, description, parameters }: Json): Json {
  const json = parameters ?? { type: 'object', properties: {} }
  const text = asString(description)
  return { toolSpec: { name, ...(text === '' ? {} : { description: text }), inputSchema: { json } } }
}

function calledNames(messages: readonly Json[]): readonly string[] {
  const calls = messages.flatMap((message) => asRecords(message['tool_calls']))
  return [...new Set(calls.map(({ function: called }) => asString(asRecord(called)['name'])))]
}

/** There is no form for 'none': the model may call then, as with 'auto'. */
function toChoice({ tool_choice: choice }: Json): Json | undefined {
  if (choice === 'auto') return { auto: {} }
  if (choice === 'required') return { any: {} }
  const { type, function: called } = asRecord(choice)
  return type === 'function' ? { tool: { name: asRecord(called)['name'] } } : undefined
}
