/**
 * onnxruntime-node, where the user has installed it: it is no dependency of weir (docs/decisions). Looked for in the working
 * directory, in the folder that WEIR_ONNXRUNTIME names, and beside weir; never beside a model, which may come from anywhere and must not bring code.
 */
import { createRequire } from 'node:module'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { isRecord, WeirError } from '@weir/core'

export interface OnnxTensor {
  /** Row-major. */
  readonly data: ArrayLike<number>
  readonly dims: readonly number[]
}

export interface OnnxSession {
  readonly inputNames: readonly string[]
  readonly outputNames: readonly string[]
  run(feeds: Readonly<Record<string, unknown>>): Promise<Readonly<Record<string, OnnxTensor>>>
}

/** The part of onnxruntime-node that is used. */
export interface OnnxRuntime {
  readonly InferenceSession: {
    create(path: string, options: Readonly<Record<string, unknown>>): Promise<OnnxSession>
  }
  readonly Tensor: new (type: 'int64', data: BigInt64Array, dims: readonly number[]) => unknown
}

const PACKAGE = 'onnxruntime-node'

/** Throws `config.value` when it is not installed. */
export async function loadOnnxRuntime(): Promise<OnnxRuntime> {
  const named = process.env['WEIR_ONNXRUNTIME']
  for (const folder of [process.cwd(), ...(named === undefined ? [] : [named]), import.meta.dirname]) {
    const path = resolveFrom(folder)
    if (path === undefined) continue
    const loaded = (await import(pathToFileURL(path).href)) as { readonly default?: unknown }
    // A CommonJS module: its exports are its default.
    return (isRecord(loaded.default) ? loaded.default : loaded) as unknown as OnnxRuntime
  }
  throw new WeirError(
    'config.value',
    `an ONNX encoder needs the package ${PACKAGE}, which is not installed; run "ONNXRUNTIME_NODE_INSTALL=skip npm install ${PACKAGE}" in the ` +
      'working directory, or name a folder that has it with WEIR_ONNXRUNTIME',
  )
}

function resolveFrom(folder: string): string | undefined {
  try {
    return createRequire(join(folder, 'from.js')).resolve(PACKAGE)
  } catch {
    return undefined
  }
}
