/**
 * Questions: what `weir collect` asks. JSON Lines, plain or gzip; a row has `prompt` or `messages`, and may have `id`, `category` and
 * `reference` (a right answer). An outcomes file is one too. Unknown keys are ignored.
 */
import { isRecord, parseJson, WeirError, type StoredMessage } from '@weir/core'
import type { Asked } from './collect.ts'
import { readLines } from './outcome-file.ts'

export interface Question extends Asked {
  readonly reference: string | undefined
}

/** Throws `data.unreadable`, `data.json`, `data.field` and `data.empty`. A row without `id` is named by its place: "q-3". */
export async function readQuestions(path: string): Promise<readonly Question[]> {
  const questions: Question[] = []
  const lines = new Map<string, number>()
  for await (const { number, text } of readLines(path)) {
    const question = parseQuestion(text, `${path}:${number}`, number)
    const earlier = lines.get(question.id)
    if (earlier !== undefined) {
      throw new WeirError(
        'data.field',
        `${path}:${number}: the id "${question.id.slice(0, 80)}" stands in line ${earlier} already; ids must be unique`,
      )
    }
    lines.set(question.id, number)
    questions.push(question)
  }
  if (questions.length > 0) return questions
  throw new WeirError(
    'data.empty',
    `no question in ${path}; write one JSON object a line, such as {"prompt": "…"}`,
  )
}

function parseQuestion(text: string, where: string, number: number): Question {
  const row = parseRow(text, where)
  const { id = `q-${number}`, prompt, messages, category, reference } = row
  const read = (name: string, value: unknown): string | undefined => {
    if (value === undefined || value === null) return undefined
    if (typeof value === 'string') return value
    if (name !== 'prompt' && typeof value === 'number') return String(value)
    throw new WeirError('data.field', `${where}: ${name} must be text`)
  }
  if (messages !== undefined && !(Array.isArray(messages) && messages.every(isMessage))) {
    throw new WeirError('data.field', `${where}: messages must be an array of {role, content}`)
  }
  if (messages === undefined && (typeof prompt !== 'string' || prompt === '')) {
    throw new WeirError('data.field', `${where}: a question needs "prompt" or "messages"`)
  }
  return {
    id: read('id', id) ?? `q-${number}`,
    prompt: read('prompt', prompt),
    messages,
    category: read('category', category),
    reference: read('reference', reference),
  }
}

function parseRow(text: string, where: string): Readonly<Record<string, unknown>> {
  let row: unknown
  try {
    row = parseJson(text)
  } catch {
    throw new WeirError('data.json', `${where}: not valid JSON; write one JSON object a line`)
  }
  if (isRecord(row)) return row
  throw new WeirError('data.json', `${where}: must be a JSON object such as {"prompt": "…"}`)
}

function isMessage(value: unknown): value is StoredMessage {
  return isRecord(value) && typeof value['role'] === 'string' && value['content'] !== undefined
}
