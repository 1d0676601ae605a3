/** Clients that nobody here wrote: the official ones and those that people build with. `retries` are theirs. */
import type { Client } from './client.ts'
import { AI_SDK } from './client-ai-sdk.ts'
import { ANTHROPIC } from './client-anthropic.ts'
import { LANGCHAIN } from './client-langchain.ts'
import { OPENAI_CHAT, OPENAI_RESPONSES } from './client-openai.ts'

export const CLIENTS: readonly Client[] = [OPENAI_CHAT, OPENAI_RESPONSES, ANTHROPIC, ...AI_SDK, ...LANGCHAIN]
