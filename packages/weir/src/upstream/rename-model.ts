/** Rename model: another name in a body that is ready to be sent, for an upstream that knows the model by a name of its own. */
import { OPEN_BRACE, scanMembers } from './json-scan.ts'

/** `body`: a JSON object; `name`: JSON text. Every top-level `model` is replaced, all other bytes stay. */
export function renameModel(body: Buffer, name: Buffer): Buffer {
  const pieces: Buffer[] = []
  let from = 0
  for (const { keyStart, keyEnd, valueStart, valueEnd } of scanMembers(body, body.indexOf(OPEN_BRACE))) {
    if (body.toString('latin1', keyStart, keyEnd) !== '"model"') continue
    pieces.push(body.subarray(from, valueStart), name)
    from = valueEnd
  }
  return pieces.length === 0 ? body : Buffer.concat([...pieces, body.subarray(from)])
}
