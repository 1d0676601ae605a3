/**
 * Looks for OpenAI-compatible servers on the ports that local model runners use, on loopback only, and shows how to put them behind
 * weir. Nothing but GET /v1/models is sent.
 */
import { isRecord } from '@weir/core'

export interface LocalServer {
  readonly name: string
  readonly baseUrl: string
  readonly models: readonly string[]
}

export interface Place {
  readonly name: string
  readonly port: number
}

/** Default ports of the runners' own documentation. */
export const USUAL_PLACES: readonly Place[] = [
  { name: 'Ollama', port: 11434 },
  { name: 'a server such as vLLM', port: 8000 },
  { name: 'a server such as llama.cpp', port: 8080 },
  { name: 'a server such as LM Studio', port: 1234 },
]

/** Loopback answers within a few ms; a busy runner may need more. */
const PROBE_MS = 300
/** Names shown at most: a runner may list hundreds. */
const MAX_MODELS = 20

/** Servers that answered with at least one model, in the order of `places`. Never throws. */
export async function findLocalServers(
  places: readonly Place[] = USUAL_PLACES,
): Promise<readonly LocalServer[]> {
  const found = await Promise.all(places.map(probe))
  return found.filter((server) => server !== undefined)
}

async function probe({ name, port }: Place): Promise<LocalServer | undefined> {
  const baseUrl = `http://127.0.0.1:${port}/v1`
  try {
    const response = await fetch(`${baseUrl}/models`, {
      signal: AbortSignal.timeout(PROBE_MS),
      redirect: 'manual',
    })
    const models = readModels(await response.json())
    return models.length === 0 ? undefined : { name, baseUrl, models }
  } catch {
    return undefined
  }
}

/** Names are another program's text that goes to a terminal: plain characters only. */
function readModels(body: unknown): readonly string[] {
  const data = isRecord(body) ? body['data'] : undefined
  if (!Array.isArray(data)) return []
  const names = data.map((model: unknown) => (isRecord(model) ? model['id'] : undefined))
  return names
    .filter((name) => typeof name === 'string' && /^[\w./:@+-]{1,200}$/.test(name))
    .slice(0, MAX_MODELS) as string[]
}
