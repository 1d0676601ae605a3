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
  /** True when it must follow a JSON schema. Default false. */
  readonly wantsSchema?: boolean
  /** UTF-8 bytes of the request as written, without inline images and files. Absent: those of the turns' text. */
  readonly bytes?: number
  /** Limit of the answer that the caller set, tokens. */
  readonly maxOutputTokens?: number
  /** Places it may go to. Absent: anywhere. */
  readonly places?: readonly string[]
  /** What providers hold of this conversation; absent when nothing is known of it. */
  readonly session?: Session
  /** An embedder's vector of it (embed.ts); absent when none was asked, or it failed. */
  readonly embedding?: Float32Array
}
