/**
 * Query: what is to be answered, after parsing. Made by request/, read by encoders and by the pool.
 */
import type { Session } from './session.ts'

export type Role = 'system' | 'user' | 'assistant' | 'tool'

/** One message of a conversation, reduced to its text. `developer` messages count as `system`. */
export interface Turn {
  readonly role: Role
  readonly text: string
}

/** A conversation in order, oldest first, with what it needs from the model that answers it. */
export interface Query {
  readonly turns: readonly Turn[]
  /** Number of tools offered to the model. */
  readonly tools: number
  /** Number of images in the whole conversation. */
  readonly images: number
  /** True when the caller asked for JSON or a JSON schema as the answer's format. */
  readonly wantsJson: boolean
  /** What providers hold of this conversation; absent when nothing is known of it. */
  readonly session?: Session
}
