/**
 * Embedder: texts to dense vectors, by word vectors, an ONNX model or an upstream. What it says joins the lexical view of a query
 * (estimate/components.ts); it is injected, since most of them wait on a file or the network.
 */

/** What identifies an embedder for good: an artifact trained with one loads only with an equal one. */
export interface EmbeddingSpec {
  /** What kind it is: 'words', 'onnx', 'upstream'. */
  readonly name: string
  /** Which one of its kind: a file's or a model's name. It is shown, not compared: files move. */
  readonly model: string
  /** Length of a vector. At least 1. */
  readonly dimension: number
  /** Hash of the weights, hex; of what is asked for (model and dimension) where the weights are out of reach. */
  readonly weightsHash: string
}

export interface Embedder {
  readonly spec: EmbeddingSpec
  /**
   * One vector per text, in their order: of length 1, or all 0 when nothing can be said of the text. Equal texts give equal vectors.
   * Rejects when it fails; what then happens to a query is the river's to say.
   */
  embed(texts: readonly string[]): Promise<readonly Float32Array[]>
  /** The same of one text without waiting: always for word vectors, from a cache otherwise; undefined where it is not at hand. */
  embedNow?(text: string): Float32Array | undefined
}
