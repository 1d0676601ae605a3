/**
 * Probing a policy that reads answers: what it would believe of a recorded query at every operating point, from one replay that has the small
 * model's answer read. For calibration and reports; decided by the code that serves.
 */
import type { Outcome } from './contract/outcome.ts'
import type { PolicyName } from './contract/policy.ts'
import { replay, type Replayed } from './replay.ts'
import type { Probe as ProbeRule, River } from './serve.ts'

export interface Probed {
  /** The highest threshold that keeps the query small; below 0 when none does. */
  readonly place: number
  /** Ex ante. */
  readonly pSmall: number
  /** Ex post, of the small model's answer. */
  readonly pGoodEnough: number
  readonly unfamiliar: boolean
  /** Of the answer that was read. */
  readonly smallQuality: number
}

/** Undefined when the row has no text, no judged answer of the small model, or the answer cannot be read. */
export async function probe(
  river: River,
  row: Outcome,
  policy: Exclude<PolicyName, 'route'>,
): Promise<Probed | undefined> {
  const service = river.services?.[policy]
  const reading = service?.probe
  if (service === undefined || reading === undefined) return undefined
  const services = { [policy]: { ...service, createPolicy: () => reading.policy } }
  const replayed = await replay({ ...river, caps: {}, services }, row, {
    kind: 'quality',
    quality: 1,
    policy,
  })
  return replayed === undefined ? undefined : toProbed(replayed, reading)
}

function toProbed({ decision, attempts }: Replayed, reading: ProbeRule): Probed | undefined {
  const { score, quality } = attempts[0] ?? {}
  const pGoodEnough = score?.pGoodEnough ?? null
  const pSmall = decision.score
  if (quality === undefined || pGoodEnough === null || pSmall === null) return undefined
  const place = reading.place({ pSmall, pGoodEnough })
  return { place, pSmall, pGoodEnough, unfamiliar: decision.unfamiliar, smallQuality: quality }
}
