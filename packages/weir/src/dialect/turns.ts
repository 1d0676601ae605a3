/**
 * Turns: a conversation as the dialects have it that keep system text apart and let user and assistant speak in turn: messages of one side
 * that follow each other become one turn, and results of tools are the user's.
 */
import { asString, readThinkingBlocks, type Json, type ThinkingBlock, type ThinkingProvider } from './hub.ts'

export interface Turn {
  readonly role: 'user' | 'assistant'
  readonly content: Json[]
}

/** What a dialect makes of one message. */
export interface Blocks {
  system(message: Json): readonly Json[]
  user(message: Json): readonly Json[]
  assistant(message: Json): readonly Json[]
  tool(message: Json): readonly Json[]
}

export interface Conversation {
  readonly system: Json[]
  readonly turns: Turn[]
}

export function splitTurns(messages: readonly Json[], blocks: Blocks): Conversation {
  const system: Json[] = []
  const turns: Turn[] = []
  for (const message of messages) {
    const role = message['role']
    if (role === 'system' || role === 'developer') system.push(...blocks.system(message))
    else if (role === 'assistant') add(turns, 'assistant', blocks.assistant(message))
    else add(turns, 'user', role === 'tool' ? blocks.tool(message) : blocks.user(message))
  }
  return { system, turns }
}

function add(turns: Turn[], role: Turn['role'], blocks: readonly Json[]): void {
  const last = turns.at(-1)
  if (blocks.length === 0) return
  if (last?.role === role) last.content.push(...blocks)
  else turns.push({ role, content: [...blocks] })
}

/**
 * The thinking that a provider signed. A block that came in a stream has its text in `reasoning_content`. With several blocks nobody knows
 * which text was whose, and a signature that does not match its text is refused: they stay here.
 */
export function thinkingOf(message: Json, own: ThinkingProvider): readonly ThinkingBlock[] {
  const blocks = readThinkingBlocks(message).filter(({ provider }) => provider === own)
  const thinking = asString(message['reasoning_content'])
  const isApart =
    thinking !== '' && blocks.every((block) => block.type !== 'thinking' || block.thinking === '')
  if (!isApart) return blocks
  if (blocks.filter(({ type }) => type === 'thinking').length > 1) return []
  return blocks.map((block) => (block.type === 'thinking' ? { ...block, thinking } : block))
}
