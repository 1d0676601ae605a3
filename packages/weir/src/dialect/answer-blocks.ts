/**
 * Answer blocks: a chat stream as blocks that come one after another, each opened, filled and closed before the next. A chat stream
 * may mix its pieces (arguments of two tool calls in turn, text between them); whoever reads Messages or Responses events expects order.
 *
 * Only the first unclosed block is written; pieces of those behind it wait. A block of text or thinking is complete as soon as another
 * begins; a tool call is when its arguments are whole JSON, or at the end.
 */
import { isRecord } from '@weir/core'
import { parseLoosely } from '../upstream/usage.ts'
import { asRecord, asRecords, asString, readThinkingBlocks, type Json, type ThinkingBlock } from './hub.ts'

export type BlockKind = 'thinking' | 'redacted' | 'text' | 'refusal' | 'tool'

export interface AnswerBlock {
  readonly kind: BlockKind
  /** Place among the blocks that were opened, from 0. */
  index: number
  /** Everything so far. Of a tool call its arguments, of a redacted block its data. */
  text: string
  /** Of a tool call. */
  readonly call: { id: string; name: string; isCustom: boolean; extra: Json | undefined } | undefined
  /** What proves the thinking; known when its block closes. */
  proof: ThinkingBlock | undefined
  /** Characters of `text` that were written. */
  written: number
  isOpen: boolean
  /** Nothing of it comes any more. */
  isEnded: boolean
}

/** What the writer of a dialect makes of it; each returns text to send. */
export interface BlockWriter {
  open(block: AnswerBlock): string
  delta(block: AnswerBlock, piece: string): string
  close(block: AnswerBlock): string
}

export class AnswerBlocks {
  readonly #writer: BlockWriter
  /** Not closed yet, in order. */
  #waiting: AnswerBlock[] = []
  readonly #tools = new Map<number, AnswerBlock>()
  #opened = 0

  constructor(writer: BlockWriter) {
    this.#writer = writer
  }

  /** Takes the delta of one chunk, or a whole message. */
  push(delta: Json): string {
    const reasoning = asString(delta['reasoning_content']) || asString(delta['reasoning'])
    if (reasoning !== '') this.#append('thinking', reasoning)
    for (const block of readThinkingBlocks(delta)) this.#prove(block, reasoning !== '')
    const text = readText(delta['content'])
    if (text !== '') this.#append('text', text)
    const refusal = asString(delta['refusal'])
    if (refusal !== '') this.#append('refusal', refusal)
    for (const [i, piece] of asRecords(delta['tool_calls']).entries()) this.#tool(piece, i)
    const legacy = asRecord(delta['function_call'])
    if (legacy['name'] !== undefined || legacy['arguments'] !== undefined) this.#tool({ function: legacy }, 0)
    return this.#write()
  }

  /** Nothing more comes. */
  end(): string {
    for (const block of this.#waiting) block.isEnded = true
    return this.#write()
  }

  #append(kind: BlockKind, text: string): void {
    const last = this.#waiting.at(-1)
    if (last?.kind === kind && !last.isEnded) last.text += text
    else this.#add({ kind, text })
  }

  /** Its text has come as `reasoning_content`, unless it comes with it. */
  #prove(block: ThinkingBlock, hasText: boolean): void {
    if (block.type === 'redacted_thinking') {
      const added = this.#add({ kind: 'redacted', text: block.data })
      added.proof = block
      added.isEnded = true
      return
    }
    const last = this.#waiting.at(-1)
    const isItsOwn = last?.kind === 'thinking' && !last.isEnded
    const target = isItsOwn ? last : this.#add({ kind: 'thinking', text: '' })
    if (!hasText && block.thinking !== '' && target.text === '') target.text = block.thinking
    target.proof = block
    target.isEnded = true
  }

  #tool(piece: Json, position: number): void {
    const index = typeof piece['index'] === 'number' ? piece['index'] : position
    const isCustom = piece['type'] === 'custom'
    const called = asRecord(piece[isCustom ? 'custom' : 'function'])
    const known = this.#tools.get(index)
    const block = known ?? this.#add({ kind: 'tool', isCustom })
    this.#tools.set(index, block)
    const { call } = block
    if (call === undefined) return
    if (call.id === '') call.id = asString(piece['id'])
    if (!block.isOpen && block.text === '') call.name += asString(called['name'])
    if (piece['extra_content'] !== undefined) call.extra = asRecord(piece['extra_content'])
    // Some servers repeat the type only in the first piece.
    const text = call.isCustom ? asRecord(piece['custom'])['input'] : called['arguments']
    block.text += typeof text === 'string' || text === undefined ? asString(text) : JSON.stringify(text)
  }

  #add({ kind, text = '', isCustom }: { kind: BlockKind; text?: string; isCustom?: boolean }): AnswerBlock {
    const last = this.#waiting.at(-1)
    if (last !== undefined && last.kind !== 'tool') last.isEnded = true
    const block: AnswerBlock = {
      kind,
      index: -1,
      text,
      call: kind === 'tool' ? { id: '', name: '', isCustom: isCustom === true, extra: undefined } : undefined,
      proof: undefined,
      written: 0,
      isOpen: false,
      isEnded: false,
    }
    this.#waiting.push(block)
    return block
  }

  #write(): string {
    let out = ''
    for (let block = this.#waiting[0]; block !== undefined; block = this.#waiting[0]) {
      const isComplete = block.isEnded || (this.#waiting.length > 1 && isWholeTool(block))
      // The name of a tool is known when its arguments begin.
      const isReady = block.kind !== 'tool' || block.text !== '' || isComplete
      if (!isReady) return out
      out += this.#open(block)
      if (block.written < block.text.length) {
        const piece = block.text.slice(block.written)
        block.written = block.text.length
        out += this.#writer.delta(block, piece)
      }
      if (!isComplete) return out
      out += this.#writer.close(block)
      block.isEnded = true
      this.#waiting.shift()
    }
    return out
  }

  #open(block: AnswerBlock): string {
    if (block.isOpen) return ''
    block.isOpen = true
    block.index = this.#opened
    this.#opened += 1
    return this.#writer.open(block)
  }
}

function isWholeTool({ kind, text, call }: AnswerBlock): boolean {
  if (kind !== 'tool') return true
  return call?.isCustom === false && /\}\s*$/.test(text) && isRecord(parseLoosely(text))
}

/** Text of a delta's or a message's content, which may be parts. */
export function readText(content: unknown): string {
  if (typeof content === 'string') return content
  return asRecords(content)
    .map(({ text }) => asString(text))
    .join('')
}
