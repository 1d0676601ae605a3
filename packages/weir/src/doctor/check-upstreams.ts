/**
 * Checks of upstreams: reachable, key taken, model listed; and whether this machine's clock is theirs.
 */
import type { UpstreamModel, UpstreamPlace } from '../upstream/definition.ts'
import { probePlace, type Probed } from '../upstream/probe.ts'
import { fail, ok, warn, type Finding } from './finding.ts'

/** A Date header has whole seconds and the answer was under way; what is above this is the clock, ms. */
const SKEW_WARN_MS = 30_000
/** Signed requests (Bedrock) are refused from here, and certificates begin to look expired, ms. */
const SKEW_FAIL_MS = 300_000

export interface UpstreamCheck {
  readonly models: readonly UpstreamModel[]
  readonly timeoutMs: number
  /** False: a key of the configuration is missing, so that none is known. */
  readonly hasKeys: boolean
  readonly nowMs: () => number
}

export async function checkUpstreams(options: UpstreamCheck): Promise<readonly Finding[]> {
  const places = options.models.flatMap(placesOf)
  const found = await Promise.all(places.map((one) => checkPlace(one, options)))
  const skews = found.flatMap(({ skewsMs }) => skewsMs)
  return [...found.flatMap(({ findings }) => findings), ...checkClock(skews)]
}

interface Placed {
  readonly check: string
  readonly name: string
  readonly place: UpstreamPlace
}

function placesOf(definition: UpstreamModel): readonly Placed[] {
  const { model, upstreams = [definition] } = definition
  return upstreams.map((place, i) => ({
    check: upstreams.length === 1 ? `upstream ${model}` : `upstream ${model} ${i + 1}`,
    name: place.upstreamModel ?? model,
    place,
  }))
}

interface Checked {
  readonly findings: readonly Finding[]
  readonly skewsMs: readonly number[]
}

async function checkPlace({ check, name, place }: Placed, options: UpstreamCheck): Promise<Checked> {
  const { timeoutMs, hasKeys, nowMs } = options
  const probed = await probePlace(place, { timeoutMs, sendsKey: hasKeys })
  const receivedMs = nowMs()
  const findings = probed.map((one, i) => {
    const label = probed.length === 1 ? check : `${check} key ${i + 1}`
    return toFinding(label, one, { name, place, timeoutMs, hasKeys })
  })
  const skewsMs = probed.flatMap((one) =>
    one.kind === 'answered' && one.dateMs !== undefined ? [receivedMs - one.dateMs] : [],
  )
  return { findings, skewsMs }
}

interface Asked {
  readonly name: string
  readonly place: UpstreamPlace
  readonly timeoutMs: number
  readonly hasKeys: boolean
}

function toFinding(check: string, probed: Probed, asked: Asked): Finding {
  const { origin } = new URL(asked.place.baseUrl)
  if (probed.kind === 'unreachable') return toUnreachable(check, probed.code, { origin, ...asked })
  const { status, models } = probed
  if (status === 401 || status === 403) return toRefused(check, `${origin} `, { status, ...asked })
  if (status >= 300) {
    const message = `${origin} answers, and gives no list of models (${status}), so the key could not be checked`
    return status >= 500 || status === 429
      ? warn(check, message, 'look at the state of the upstream, then run this again')
      : warn(check, message, 'check the path of baseUrl, unless this upstream has no list of models')
  }
  if (models === undefined || models.includes(asked.name)) {
    return ok(check, `${origin} answers${hasOwnKey(asked) ? ' and takes the key' : ''}`)
  }
  return warn(check, `${origin} does not list ${asked.name}`, 'check upstreamModel, or load that model there')
}

function toRefused(
  check: string,
  who: string,
  { status, ...asked }: Asked & { readonly status: number },
): Finding {
  if (!hasOwnKey(asked)) return ok(check, `${who}answers; it wants a key, which was not sent`)
  return fail(check, `${who}refuses the key (${status})`, 'set the variable that apiKey names to a valid key')
}

function hasOwnKey({ hasKeys, place: { apiKey, apiKeys } }: Asked): boolean {
  return hasKeys && (apiKey !== undefined || apiKeys !== undefined)
}

const REASONS: readonly (readonly [RegExp, string, string])[] = [
  [
    /^(?:ENOTFOUND|EAI_AGAIN)$/,
    'its name is not found',
    'check the name in baseUrl, and the DNS of this machine',
  ],
  [
    /^ERR_WEIR_ADDRESS_REFUSED$/,
    'its name stands for an address of a private network',
    'check the DNS; where that is meant, set allowPrivate: true on the upstream',
  ],
  [/^ECONNREFUSED$/, 'nothing listens there', 'start the server, or check the port in baseUrl'],
  [
    /CERT|SELF_SIGNED|UNABLE_TO_|ERR_TLS|SSL/,
    'its certificate or TLS is not accepted',
    'check https in baseUrl; for a private authority set NODE_EXTRA_CA_CERTS',
  ],
  [
    /^(?:timeout|ETIMEDOUT|UND_ERR_.*TIMEOUT)$/,
    'it did not answer in time',
    'check the network, firewall and proxy on the way',
  ],
]

function toUnreachable(
  check: string,
  code: string,
  { origin, timeoutMs }: Asked & { readonly origin: string },
): Finding {
  const [, reason, remedy] = REASONS.find(([pattern]) => pattern.test(code)) ?? []
  const within = code === 'timeout' ? ` (${timeoutMs} ms)` : ''
  return fail(
    check,
    `${origin} cannot be reached: ${reason ?? 'the connection failed'} (${code})${within}`,
    remedy ?? 'check baseUrl and the network',
  )
}

/** The median, so that one upstream with a wrong clock is not taken for ours. */
function checkClock(skewsMs: readonly number[]): readonly Finding[] {
  const skewMs = skewsMs.toSorted((a, b) => a - b)[Math.floor(skewsMs.length / 2)]
  if (skewMs === undefined) return []
  const seconds = Math.round(Math.abs(skewMs) / 1000)
  if (Math.abs(skewMs) <= SKEW_WARN_MS)
    return [ok('clock', `within ${SKEW_WARN_MS / 1000} s of the upstreams`)]
  const message = `${seconds} s ${skewMs > 0 ? 'ahead of' : 'behind'} the upstreams`
  const remedy = 'set the clock of this machine (NTP)'
  return [Math.abs(skewMs) > SKEW_FAIL_MS ? fail('clock', message, remedy) : warn('clock', message, remedy)]
}
