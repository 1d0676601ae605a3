/**
 * Row table: a matrix of 8-bit rows, and the two things a decision does with one.
 *
 *   value = scale * byte
 *
 * A row of 64 bytes is one cache line; as single precision it would be four. The loops run as WebAssembly (row-kernels.ts); where that is
 * missing or forbidden, in JavaScript that gives the same numbers to the last bit: integers are exact, and a single precision sum
 * rounded after each step has one result.
 */
import { createRowModule } from './row-kernels.ts'

/** Plain data: rows x width bytes, row-major. */
export interface RowTable {
  readonly bytes: Int8Array
  readonly width: number
  readonly scale: number
}

/** The nearest table of bytes: scale = largest magnitude / 127. */
export function toRowTable(values: ArrayLike<number>, width: number): RowTable {
  let top = 0
  for (let i = 0; i < values.length; i++) top = Math.max(top, Math.abs(values[i]!))
  const scale = top > 0 ? top / 127 : 1
  return { bytes: Int8Array.from(values, (value) => Math.round(value / scale)), width, scale }
}

/** What runs over one table. The arrays returned are valid until the next call. */
export interface RowKernel {
  /** Sum over columns of byte * query, for each row from `from` to before `to` (default all); the other rows' entries mean nothing. */
  dot(query: Int16Array, from?: number, to?: number): Int32Array
  /** Sum over entries of value * bytes of the row, for each column. Each row at most once. */
  sum(entries: { readonly indices: Uint32Array; readonly values: Float32Array }): Float32Array
}

const kernels = new WeakMap<RowTable, RowKernel>()

/** The kernel of a table: made at its first use, kept as long as the table. */
export function kernelOf(table: RowTable): RowKernel {
  let kernel = kernels.get(table)
  if (kernel === undefined) {
    kernel = createVectorKernel(table) ?? createPlainKernel(table)
    kernels.set(table, kernel)
  }
  return kernel
}

/** Five addresses and sizes each, in the order that row-kernels.ts lists. */
interface Exports {
  readonly d: (...parameters: readonly number[]) => void
  readonly s: (...parameters: readonly number[]) => void
}

const PAGE_BYTES = 65_536
let rowModule: WebAssembly.Module | undefined

/** Undefined where there is no WebAssembly with vectors, or where compiling is not allowed. */
export function createVectorKernel({ bytes, width }: RowTable): RowKernel | undefined {
  const rows = bytes.length / width
  // Vectors hold eight columns; zeros fill the last.
  const wide = 8 * Math.ceil(width / 8)
  const scratchAt = 16 * Math.ceil((rows * wide) / 16)
  const pages = Math.ceil((scratchAt + 4 * wide + 8 * rows) / PAGE_BYTES)
  try {
    rowModule ??= createRowModule()
    const memory = new WebAssembly.Memory({ initial: pages, maximum: pages })
    const { d, s } = new WebAssembly.Instance(rowModule, { m: { m: memory } }).exports as unknown as Exports
    const cells = new Int8Array(memory.buffer)
    for (let row = 0; row < rows; row++) cells.set(bytes.subarray(row * width, (row + 1) * width), row * wide)
    // Scratch: a query and the products of all rows, or a sum and its entries.
    const query16 = new Int16Array(memory.buffer, scratchAt, wide)
    const sums = new Float32Array(memory.buffer, scratchAt, wide)
    const behind = scratchAt + 4 * wide
    const products = new Int32Array(memory.buffer, behind, rows)
    const entryIndices = new Int32Array(memory.buffer, behind, 2 * rows)
    const entryValues = new Float32Array(memory.buffer, behind, 2 * rows)
    return {
      dot(query, from = 0, to = rows): Int32Array {
        query16.fill(0)
        query16.set(query)
        if (to > from) d(from * wide, scratchAt, behind + 4 * from, behind + 4 * to, wide)
        return products
      },
      sum({ indices, values }): Float32Array {
        sums.fill(0)
        for (let k = 0; k < indices.length; k++) {
          entryIndices[2 * k] = indices[k]!
          entryValues[2 * k + 1] = values[k]!
        }
        if (indices.length > 0) s(behind, behind + 8 * indices.length, 0, wide, scratchAt)
        return sums
      },
    }
  } catch {
    return undefined
  }
}

export function createPlainKernel({ bytes, width }: RowTable): RowKernel {
  const rows = bytes.length / width
  const products = new Int32Array(rows)
  const sums = new Float32Array(8 * Math.ceil(width / 8))
  return {
    dot(query, from = 0, to = rows): Int32Array {
      for (let row = from; row < to; row++) {
        let product = 0
        for (let c = 0; c < width; c++) product += bytes[row * width + c]! * query[c]!
        products[row] = product
      }
      return products
    },
    sum({ indices, values }): Float32Array {
      sums.fill(0)
      for (let k = 0; k < indices.length; k++) {
        const from = indices[k]! * width
        const value = values[k]!
        for (let c = 0; c < width; c++) sums[c]! += Math.fround(value * bytes[from + c]!)
      }
      return sums
    },
  }
}
