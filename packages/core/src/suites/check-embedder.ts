/**
 * Contract suite of embedders: one vector per text in their order, of the stated length, unit or all 0; equal texts give equal vectors however they
 * are put together; what is at hand without waiting is the same. Throws an Error that says which rule is broken and for which text (by index).
 */
import type { Embedder, EmbeddingSpec } from '../contract/embedder.ts'
import { requireThat, show } from './require.ts'

/** Of a vector's length, and of an element between two ways of asking: a model may round by its batch. */
const TOLERANCE = 1e-3

export async function checkEmbedder(embedder: Embedder, texts: readonly string[]): Promise<void> {
  requireThat(texts.length > 1, 'checkEmbedder needs at least two texts')
  checkSpec(embedder.spec)
  const given = [...texts]
  const together = await embedder.embed(texts)
  requireThat(show(texts) === show(given), 'changes what it was given')
  requireThat(together.length === texts.length, `${texts.length} texts give ${together.length} vectors`)
  together.forEach((vector, i) => checkVector(vector, embedder.spec, `text ${i}`))
  const reversed = await embedder.embed([...texts].reverse())
  for (const [i, text] of texts.entries()) {
    const where = `text ${i}`
    const [alone] = await embedder.embed([text])
    requireThat(isNear(alone, together[i]), `${where}: another vector when asked alone`)
    requireThat(
      isNear(reversed[texts.length - 1 - i], together[i]),
      `${where}: another vector in another order`,
    )
    const now = embedder.embedNow?.(text)
    requireThat(now === undefined || isNear(now, together[i]), `${where}: another vector without waiting`)
  }
  const none = await embedder.embed([])
  requireThat(none.length === 0, 'no texts must give no vectors')
}

function checkSpec({ name, dimension, weightsHash }: EmbeddingSpec): void {
  requireThat(name !== '' && weightsHash !== '', 'an embedder has a name and a hash of its weights')
  requireThat(
    Number.isSafeInteger(dimension) && dimension >= 1,
    `dimension must be a whole number of at least 1, got ${show(dimension)}`,
  )
}

function checkVector(vector: Float32Array, { dimension }: EmbeddingSpec, where: string): void {
  requireThat(
    vector.length === dimension,
    `${where}: a vector of length ${vector.length}, the spec says ${dimension}`,
  )
  requireThat(vector.every(Number.isFinite), `${where}: an element is not a finite number`)
  const length = Math.hypot(...vector)
  requireThat(
    length === 0 || Math.abs(length - 1) < TOLERANCE,
    `${where}: the vector's length is ${length}, neither 1 nor 0`,
  )
}

function isNear(one: Float32Array | undefined, other: Float32Array | undefined): boolean {
  return (
    one?.length === other?.length &&
    one?.every((x, c) => Math.abs(x - (other?.[c] ?? 0)) < TOLERANCE) === true
  )
}
