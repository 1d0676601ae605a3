/** placeholder */
import { WeirError } from '@weir/core'
import type { OpenedEmbedder } from './upstream-embedder.ts'

export async function openOnnxEmbedder(path: string): Promise<OpenedEmbedder> {
  throw new WeirError('config.value', `${path}: ONNX models are not read yet`)
}
