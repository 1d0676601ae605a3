/**
 * Tools of a Responses request as a chat request has them: functions and free-form (custom) tools; others run at OpenAI.
 */
import { asRecord, asRecords, asString, pick, type Json } from './hub.ts'

export interface ChatTools {
  readonly tools: readonly Json[]
  /** Type of the first tool that has no chat form. */
  readonly nativeTool: string | undefined
}

export function toChatTools(tools: unknown): ChatTools {
  const own: Json[] = []
  let nativeTool: string | undefined
  for (const tool of asRecords(tools)) {
    const type = asString(tool['type'])
    if (type === 'function') own.push({ type, function: toFunction(tool) })
    else if (type === 'custom') own.push({ type, custom: toCustom(tool) })
    else nativeTool ??= type.slice(0, 60)
  }
  return { tools: own, nativeTool }
}

/** Null means unset. */
function toFunction(tool: Json): Json {
  const names = ['name', 'description', 'parameters', 'strict'].filter((name) => tool[name] !== null)
  return pick(tool, names)
}

function toCustom(tool: Json): Json {
  const { type, definition, syntax } = asRecord(tool['format'])
  const format = type === 'grammar' ? { format: { type, grammar: { definition, syntax } } } : {}
  return { ...pick(tool, ['name', 'description']), ...format }
}

/** Undefined when unset; 'native' for what has no chat form. */
export function toChatToolChoice(choice: unknown): unknown {
  if (choice === undefined || choice === null || typeof choice === 'string') return choice ?? undefined
  const { type, name, mode, tools } = asRecord(choice)
  if (type === 'function' || type === 'custom') return { type, [type]: { name } }
  if (type !== 'allowed_tools') return 'native'
  const allowed = asRecords(tools).map((tool) => {
    const kind = asString(tool['type'])
    return { type: kind, [kind]: { name: tool['name'] } }
  })
  return { type, allowed_tools: { mode, tools: allowed } }
}
