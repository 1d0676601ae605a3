/**
 * Provider of one upstream: from its name to a base URL, credentials and the place where it runs. What a provider needs and the file does not
 * say is found here, at start-up.
 */
import { isWeirError, WeirError } from '@weir/core'
import { dropUndefined } from '../record/drop-undefined.ts'
import { parseBaseUrl } from '../upstream/base-url.ts'
import type { AwsCredentials, UpstreamPlace } from '../upstream/definition.ts'
import { providerOf } from '../upstream/providers.ts'
import { resolveSecret, type Secret } from './secret.ts'
import type { KeyPath } from './source.ts'
import type { WrittenProvider } from './written-provider.ts'

export interface ProviderSource {
  /** "weir.yaml:12: models.gpt.baseUrl" for a key of this upstream. */
  readonly place: (path: KeyPath) => string
  readonly env: Readonly<Record<string, string | undefined>>
}

type Resolved = Pick<UpstreamPlace, 'baseUrl' | 'provider' | 'dialect' | 'apiVersion' | 'region' | 'aws'>

/** Throws `config.value` and `config.secret`. */
export function resolveProvider(
  written: WrittenProvider & { readonly baseUrl?: string | undefined },
  source: ProviderSource,
): Resolved {
  const { provider, dialect, apiVersion, region } = written
  const baseUrl = written.baseUrl ?? presetUrl(written)
  if (baseUrl === undefined) throw missingUrl(written, source)
  checkBaseUrl(baseUrl, written, source)
  const aws = resolveAws(written, source)
  if (aws !== undefined && region === undefined) {
    throw new WeirError(
      'config.value',
      `${source.place(['region'])} is missing; a signature needs it, such as us-east-1`,
    )
  }
  return { baseUrl, ...dropUndefined({ provider, dialect, apiVersion, region, aws }) }
}

function presetUrl({ provider, region }: WrittenProvider): string | undefined {
  if (provider === 'bedrock' && region !== undefined) return `https://bedrock-runtime.${region}.amazonaws.com`
  return provider === undefined ? undefined : providerOf(provider).baseUrl
}

function missingUrl({ provider }: WrittenProvider, { place }: ProviderSource): WeirError {
  if (provider === 'bedrock') {
    return new WeirError(
      'config.value',
      `${place([])}: region is missing; bedrock's base URL follows from it`,
    )
  }
  const hint =
    provider === undefined
      ? 'or a provider that has one, or a list of upstreams'
      : `${provider} has none of its own`
  return new WeirError('config.value', `${place([])}: baseUrl is missing, ${hint}`)
}

function checkBaseUrl(baseUrl: string, { provider }: WrittenProvider, { place }: ProviderSource): void {
  try {
    parseBaseUrl(baseUrl, providerOf(provider).version)
  } catch (error) {
    if (isWeirError(error)) throw new WeirError(error.code, `${place(['baseUrl'])} ${error.message}`)
    throw error
  }
}

/** Both halves or none. */
function resolveAws(
  { accessKeyId, secretAccessKey, sessionToken }: WrittenProvider,
  { place, env }: ProviderSource,
): AwsCredentials | undefined {
  if (accessKeyId === undefined && secretAccessKey === undefined && sessionToken === undefined)
    return undefined
  const missing =
    accessKeyId === undefined ? 'accessKeyId' : secretAccessKey === undefined ? 'secretAccessKey' : undefined
  if (missing !== undefined || accessKeyId === undefined || secretAccessKey === undefined) {
    throw new WeirError(
      'config.value',
      `${place([missing ?? ''])} is missing beside the other AWS credentials`,
    )
  }
  const read = (key: string, reference: string): Secret =>
    resolveSecret({ reference, where: place([key]), env })
  return {
    accessKeyId: read('accessKeyId', accessKeyId),
    secretAccessKey: read('secretAccessKey', secretAccessKey),
    ...(sessionToken === undefined ? {} : { sessionToken: read('sessionToken', sessionToken) }),
  }
}

/** 'local' for this machine and literal private addresses, else 'cloud'; a configuration that knows more says so. */
export function defaultPlace(baseUrl: string): string {
  const { hostname } = new URL(baseUrl)
  const isLocal =
    /^(?:localhost|.*\.localhost|127\.[\d.]+|10\.[\d.]+|192\.168\.[\d.]+|172\.(?:1[6-9]|2\d|3[01])\.[\d.]+|\[::1\]|\[f[cd][\da-f:]+\])$/
  return isLocal.test(hostname) ? 'local' : 'cloud'
}
