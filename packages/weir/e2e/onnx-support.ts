/**
 * Tiny ONNX models written byte by byte, for tests: a table of token vectors looked up by id (sentence encoder), and their mean over the tokens as class
 * scores (classifier). Protocol buffers: a field is a key (number * 8 + wire type), then a varint or a length with bytes. Field numbers: onnx.proto3.
 */
import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'

/** Token ids are places in it. */
const PIECES: readonly string[] = ['[PAD]', '[UNK]', '[CLS]', '[SEP]', 'red', 'blue']
/** One vector per piece; those of padding would show if they were pooled. */
export const TABLE: readonly (readonly number[])[] = [
  [100, 100],
  [0, 0],
  [0, 1],
  [0, 1],
  [4, 0],
  [0, 4],
]

export type TinyKind = 'encoder' | 'classifier'

/** A folder that openOnnxEmbedder reads. */
export async function writeTinyModel(folder: string, kind: TinyKind): Promise<void> {
  await mkdir(folder, { recursive: true })
  const vocab = Object.fromEntries(PIECES.map((piece, id) => [piece, id]))
  await writeFile(join(folder, 'tokenizer.json'), JSON.stringify({ model: { type: 'WordPiece', vocab } }))
  await writeFile(join(folder, 'model.onnx'), model(kind))
}

function model(kind: TinyKind): Buffer {
  const gather = node('Gather', ['table', 'input_ids'], 'last_hidden_state')
  const mean = Buffer.concat([
    node('ReduceMean', ['last_hidden_state'], 'logits'),
    field(5, Buffer.concat([text(1, 'axes'), varintField(8, 1), varintField(20, 7)])),
    field(5, Buffer.concat([text(1, 'keepdims'), varintField(3, 0), varintField(20, 2)])),
  ])
  const isEncoder = kind === 'encoder'
  const output = isEncoder
    ? tensorInfo('last_hidden_state', 1, ['b', 't', 2])
    : tensorInfo('logits', 1, ['b', 2])
  const graph = Buffer.concat([
    field(1, gather),
    ...(isEncoder ? [] : [field(1, mean)]),
    text(2, 'tiny'),
    field(5, table()),
    field(11, tensorInfo('input_ids', 7, ['b', 't'])),
    field(11, tensorInfo('attention_mask', 7, ['b', 't'])),
    field(12, output),
  ])
  const opset = Buffer.concat([text(1, ''), varintField(2, 13)])
  return Buffer.concat([varintField(1, 8), field(7, graph), field(8, opset)])
}

function node(kind: string, inputs: readonly string[], output: string): Buffer {
  return Buffer.concat([
    ...inputs.map((name) => text(1, name)),
    text(2, output),
    text(3, output),
    text(4, kind),
  ])
}

/** TensorProto of single precision: dims, data type 1, raw little-endian data. */
function table(): Buffer {
  const values = Float32Array.from(TABLE.flat())
  return Buffer.concat([
    varintField(1, TABLE.length),
    varintField(1, 2),
    varintField(2, 1),
    text(8, 'table'),
    field(9, Buffer.from(values.buffer)),
  ])
}

/** ValueInfoProto: a name, and a tensor type of an element type and dimensions, by value or by name. */
function tensorInfo(name: string, elementType: number, dims: readonly (number | string)[]): Buffer {
  const shape = Buffer.concat(
    dims.map((dim) => field(1, typeof dim === 'number' ? varintField(1, dim) : text(2, dim))),
  )
  const tensor = Buffer.concat([varintField(1, elementType), field(2, shape)])
  return Buffer.concat([text(1, name), field(2, field(1, tensor))])
}

function field(number: number, bytes: Buffer): Buffer {
  return Buffer.concat([varint(number * 8 + 2), varint(bytes.length), bytes])
}

function text(number: number, value: string): Buffer {
  return field(number, Buffer.from(value))
}

function varintField(number: number, value: number): Buffer {
  return Buffer.concat([varint(number * 8), varint(value)])
}

function varint(value: number): Buffer {
  const bytes: number[] = []
  let left = value
  for (; left > 127; left = Math.floor(left / 128)) bytes.push((left % 128) + 128)
  return Buffer.from([...bytes, left])
}
