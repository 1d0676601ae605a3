/**
 * Outcomes file as a stream: rows in and out, plain or gzip, from files, standard input and outcome stores. Memory holds one row.
 * What a row must look like is core's parseOutcome; the format is docs/outcomes.md.
 *
 * Compression is told by the first two bytes, not by the name: a renamed download and a pipe must work too.
 */
import { isUtf8 } from 'node:buffer'
import { createHash, randomUUID } from 'node:crypto'
import { createReadStream, createWriteStream } from 'node:fs'
import { rename, rm } from 'node:fs/promises'
import { Readable, type Transform } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { createGunzip, createGzip } from 'node:zlib'
import { isWeirError, parseOutcomeLine, serializeOutcome, WeirError, type Outcome } from '@weir/core'
import { MAX_LINE_BYTES, splitLines, type Line } from './lines.ts'

export interface ReadOutcomesOptions {
  /** Leave bad rows out instead of stopping at the first. Default false. */
  readonly skipBad?: boolean
  /** Called for every row left out; the message names file, line and field. */
  readonly onSkip?: (error: WeirError) => void
}

/**
 * Rows of all files in order. `-` is standard input; names ending in .sqlite or .db are outcome stores.
 * Throws `data.unreadable` for a file, `data.json` and `data.field` for a row (unless skipBad).
 */
export async function* readOutcomes(
  paths: readonly string[],
  options: ReadOutcomesOptions = {},
): AsyncGenerator<Outcome> {
  for (const path of paths) {
    if (/\.(sqlite|db)$/i.test(path)) {
      // Loaded only when needed: no file command should pay for, or warn about, a database it does not open.
      const { readOutcomeStore } = await import('./store-reader.ts')
      yield* readOutcomeStore(path)
    } else {
      yield* readOneFile(path, options)
    }
  }
}

/** Lines of a text file, plain or gzip. Throws `data.unreadable`, and `data.json` for a line that is too long or not UTF-8. */
export async function* readLines(
  path: string,
): AsyncGenerator<{ readonly number: number; readonly text: string }> {
  for await (const line of splitLines(readBytes(path))) {
    yield { number: line.number, text: toText(line, { file: path, line: line.number }) }
  }
}

async function* readOneFile(path: string, options: ReadOutcomesOptions): AsyncGenerator<Outcome> {
  for await (const line of splitLines(readBytes(path))) {
    const row = parseLine(path, line, options)
    if (row !== undefined) yield row
  }
}

function parseLine(file: string, line: Line, options: ReadOutcomesOptions): Outcome | undefined {
  try {
    const place = { file, line: line.number }
    return parseOutcomeLine(toText(line, place), place)
  } catch (error) {
    if (options.skipBad !== true || !isWeirError(error)) throw error
    options.onSkip?.(error)
    return undefined
  }
}

interface Place {
  readonly file: string
  readonly line: number
}

function toText({ bytes }: Line, place: Place): string {
  if (bytes === undefined) throw badLine(place, `is longer than ${MAX_LINE_BYTES} bytes`)
  if (!isUtf8(bytes)) throw badLine(place, 'is not UTF-8; save the file as UTF-8')
  return bytes.toString('utf8')
}

function badLine({ file, line }: Place, what: string): WeirError {
  const where = `${file === '-' ? 'standard input' : file}:${line}`
  return new WeirError(
    'data.json',
    `${where}: the line ${what}; write one JSON object per line (docs/outcomes.md), or pass --skip-bad`,
  )
}

/** Bytes of a file after decompression. Every fault of the file itself becomes `data.unreadable`. */
async function* readBytes(path: string): AsyncGenerator<Buffer> {
  const source: AsyncIterable<Buffer> = path === '-' ? process.stdin : createReadStream(path)
  const chunks = source[Symbol.asyncIterator]()
  try {
    const head = await readHead(chunks)
    const whole = joinChunks(head, chunks)
    if (head[0] === 0x1f && head[1] === 0x8b) yield* decompress(whole)
    else yield* whole
  } catch (error) {
    throw isWeirError(error) ? error : unreadable(path, error)
  } finally {
    await chunks.return?.()
  }
}

/** At least two bytes when there are as many: a pipe may deliver one at a time. */
async function readHead(chunks: AsyncIterator<Buffer>): Promise<Buffer> {
  let head = Buffer.alloc(0)
  while (head.length < 2) {
    const { done, value } = await chunks.next()
    if (done === true) return head
    head = Buffer.concat([head, value])
  }
  return head
}

async function* joinChunks(head: Buffer, rest: AsyncIterator<Buffer>): AsyncGenerator<Buffer> {
  yield head
  for (let next = await rest.next(); next.done !== true; next = await rest.next()) yield next.value
}

async function* decompress(chunks: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
  const gunzip: Transform = createGunzip()
  // A fault of either side ends the iteration below with the same error, so the promise itself says nothing new.
  const done = pipeline(Readable.from(chunks), gunzip).catch(() => undefined)
  for await (const chunk of gunzip as AsyncIterable<Buffer>) yield chunk
  await done
}

const REMEDIES: Readonly<Record<string, string>> = {
  ENOENT: 'there is no such file; check the path',
  EACCES: 'permission denied; make it readable for this user',
  EISDIR: 'it is a folder; name the files in it',
  Z_BUF_ERROR: 'the gzip data ends too early; the file is cut off, copy or download it again',
  Z_DATA_ERROR: 'the gzip data is damaged; copy or download it again',
}

function unreadable(path: string, cause: unknown): WeirError {
  const code = cause instanceof Error && 'code' in cause ? String(cause.code) : ''
  const remedy = REMEDIES[code] ?? `${code || String(cause)}; check the file`
  return new WeirError(
    'data.unreadable',
    `cannot read ${path === '-' ? 'standard input' : path}: ${remedy}`,
    {
      cause,
    },
  )
}

/** SHA-256 over rows as they are written, one line each: the data hash of artifacts and reports. Order matters. */
export interface OutcomeHash {
  update(row: Outcome): void
  /** Hex, 64 characters. Ends the hash. */
  digest(): string
}

export function createOutcomeHash(): OutcomeHash {
  const hash = createHash('sha256')
  return {
    update: (row) => void hash.update(`${serializeOutcome(row)}\n`),
    digest: () => hash.digest('hex'),
  }
}

/**
 * Writes rows to a new file that appears under its name only when it is complete; gzip when the name ends in .gz.
 * Throws `cli.write` when the place cannot be written.
 */
export async function writeOutcomes(
  path: string,
  rows: Iterable<Outcome> | AsyncIterable<Outcome>,
): Promise<void> {
  const draft = `${path}.${randomUUID()}.part`
  const lines = Readable.from(toLines(rows))
  try {
    if (path.endsWith('.gz')) await pipeline(lines, createGzip(), createWriteStream(draft))
    else await pipeline(lines, createWriteStream(draft))
    await rename(draft, path)
  } catch (error) {
    await rm(draft, { force: true })
    // Rows may come from a reader that fails with its own code; only faults of this file are about writing.
    if (isWeirError(error)) throw error
    throw unwritable(path, error)
  }
}

async function* toLines(rows: Iterable<Outcome> | AsyncIterable<Outcome>): AsyncGenerator<string> {
  for await (const row of rows) yield `${serializeOutcome(row)}\n`
}

/** The error for a path given by the user that cannot be written. */
export function unwritable(path: string, cause: unknown): WeirError {
  const code = cause instanceof Error && 'code' in cause ? String(cause.code) : String(cause)
  return new WeirError(
    'cli.write',
    `cannot write ${path} (${code}); name a file in a folder that exists and that this user may write to`,
    { cause },
  )
}
