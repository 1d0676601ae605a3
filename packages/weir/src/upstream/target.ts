/**
 * Target: where a model's requests go, made once from its definition. The path may hold the model's name (Azure's deployments, Gemini,
 * Bedrock) and may differ for a stream.
 */
import type { DialectName } from '../dialect/hub.ts'
import { parseBaseUrl } from './base-url.ts'
import type { UpstreamModel } from './definition.ts'
import { providerOf } from './providers.ts'

export interface Target {
  readonly origin: string
  readonly dialect: DialectName
  /** Of one request; `name` is what the upstream knows the model by. */
  pathFor(name: string, streams: boolean): string
  /** Of a request that is forwarded as it is; `endpoint` starts with a slash. */
  forwardPath(name: string, endpoint: string): string
}

/** Throws `config.value` for a base URL that is none. */
export function createTarget(definition: UpstreamModel): Target {
  const provider = providerOf(definition.provider)
  const dialect = definition.dialect ?? provider.dialect
  const { apiVersion } = definition
  const base = parseBaseUrl(definition.baseUrl, provider.version)
  if (definition.provider === 'azure' && apiVersion !== undefined) {
    const root = base.path.replace(/(?:\/openai)?(?:\/openai)?\/v1$/, '')
    const dated = `${root}/openai`
    const query = `?api-version=${encodeURIComponent(apiVersion)}`
    return {
      origin: base.origin,
      dialect,
      pathFor: datedPath(dated, dialect, apiVersion),
      forwardPath: (name, endpoint) => `${dated}/deployments/${encodeURIComponent(name)}${endpoint}${query}`,
    }
  }
  // A base URL that ends with /openai already, as Azure's portal shows it.
  const path = base.path.replace(/\/openai\/openai\//, '/openai/')
  return {
    origin: base.origin,
    dialect,
    pathFor: pathOf(path, dialect),
    forwardPath: (_name, endpoint) => path + endpoint,
  }
}

/** Azure before its /openai/v1: the deployment is in the path and the version of the API in the query. */
function datedPath(root: string, dialect: DialectName, apiVersion: string): Target['pathFor'] {
  const query = `?api-version=${encodeURIComponent(apiVersion)}`
  if (dialect === 'responses') return () => `${root}/responses${query}`
  return (name) => `${root}/deployments/${encodeURIComponent(name)}/chat/completions${query}`
}

function pathOf(base: string, dialect: DialectName): Target['pathFor'] {
  switch (dialect) {
    case 'chat':
      return () => `${base}/chat/completions`
    case 'messages':
      return () => `${base}/messages`
    case 'responses':
      return () => `${base}/responses`
    case 'gemini':
      return (name, streams) =>
        `${base}/${geminiName(name)}:${streams ? 'streamGenerateContent?alt=sse' : 'generateContent'}`
    case 'bedrock':
      return (name, streams) =>
        `${base}/model/${encodeURIComponent(name)}/${streams ? 'converse-stream' : 'converse'}`
  }
}

/** `gemini-3-pro` or `models/gemini-3-pro` or `tunedModels/mine`. */
function geminiName(name: string): string {
  const full = name.includes('/') ? name : `models/${name}`
  return full.split('/').map(encodeURIComponent).join('/')
}
