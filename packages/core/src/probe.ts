/**
 * Probing a policy that reads answers: what it would believe of a recorded query at every operating point, from one replay that has the small
 * model's answer read. For calibration and reports; decided by the code that serves.
 */
import type { Outcome } from './contract/outcome.ts'
import type { PolicyName } from './contract/policy.ts'
import { replay } from './replay.ts'
import type { River } from './serve.ts'

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
  if (service?.probe === undefined) return undefined
  const { policy: reading, place } = service.probe
  const probing = { ...river, caps: {}, services: { [policy]: { ...service, createPolicy: () => reading } } }
  const replayed = await replay(probing, row, { kind: 'quality', quality: 1, policy })
  const [first] = replayed?.attempts ?? []
  const pGoodEnough = first?.score?.pGoodEnough ?? undefined
  const pSmall = replayed?.decision.score ?? undefined
  if (first?.quality === undefined || pGoodEnough === undefined || pSmall === undefined) return undefined
  return {
    place: place({ pSmall, pGoodEnough }),
    pSmall,
    pGoodEnough,
    unfamiliar: replayed?.decision.unfamiliar === true,
    smallQuality: first.quality,
  }
}
