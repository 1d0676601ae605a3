/**
 * Reads outcome rows back from the gateway's SQLite store, oldest first, with their feedback joined. Rows stream: memory does not
 * grow with their number. The file is opened read-only, so a running gateway is not disturbed.
 */
import { DatabaseSync } from 'node:sqlite'
import { isRecord, parseJson, WeirError, type ModelOutcome, type Outcome } from '@weir/core'
import { FORMAT_VERSION } from './schema.ts'

interface StoredFeedback {
  readonly model: string
  readonly quality: number
}

/** Throws `data.unreadable` when the file is no store of ours, `data.field` when it was written by a newer weir. */
export async function* readOutcomeStore(path: string): AsyncGenerator<Outcome> {
  const database = openForReading(path)
  try {
    const feedback = database.prepare('SELECT model, quality FROM feedback WHERE decisionId = ?')
    const rows = database.prepare('SELECT id, row FROM outcomes ORDER BY seq').iterate()
    for (const { id, row } of rows) {
      const outcome = parseRow(path, { id: String(id), text: String(row) })
      const judged = feedback.all(String(id)) as unknown as readonly StoredFeedback[]
      yield judged.length === 0 ? outcome : withFeedback(outcome, judged)
    }
  } finally {
    database.close()
  }
}

/** Throws `data.unreadable` when the file is no store of ours, `data.field` when it was written by a newer weir. */
export function openForReading(path: string): DatabaseSync {
  let database: DatabaseSync | undefined
  try {
    database = new DatabaseSync(path, { readOnly: true })
    const version = Number(database.prepare('PRAGMA user_version').get()?.['user_version'])
    database.prepare('SELECT 1 FROM outcomes LIMIT 1').get()
    if (version > FORMAT_VERSION) {
      throw new WeirError(
        'data.field',
        `${path} has format version ${version}, this weir reads up to ${FORMAT_VERSION}; update weir`,
      )
    }
    return database
  } catch (error) {
    database?.close()
    if (error instanceof WeirError) throw error
    throw new WeirError(
      'data.unreadable',
      `${path} is not an outcome store that can be read (${String(error)}); give the file of record.path`,
      { cause: error },
    )
  }
}

function parseRow(path: string, { id, text }: { readonly id: string; readonly text: string }): Outcome {
  let row: unknown
  try {
    row = parseJson(text)
  } catch (error) {
    throw new WeirError('data.json', `${path}: row ${id} is not JSON; delete it from the store`, {
      cause: error,
    })
  }
  if (!isRecord(row) || !isRecord(row['models'])) {
    throw new WeirError('data.field', `${path}: row ${id} has no models; delete it from the store`)
  }
  return row as unknown as Outcome
}

/** Each judged model gets its score; a model that was judged without having answered here gets an entry with the score alone. */
function withFeedback(outcome: Outcome, judged: readonly StoredFeedback[]): Outcome {
  const models: Record<string, ModelOutcome> = { ...outcome.models }
  for (const { model, quality } of judged) models[model] = { ...models[model], score: quality }
  return { ...outcome, models }
}
