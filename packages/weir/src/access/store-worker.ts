/**
 * The key store's thread in the gateway. It looks a few times a second whether somebody else (the command line, another gateway) wrote to the
 * file, and sends what it then holds: a revoked key is refused within that time.
 */
import { parentPort, workerData } from 'node:worker_threads'
import { isWeirError } from '@weir/core/basics'
import { addSpent, dayOf, type SpentUsd } from './account.ts'
import { KeyFile } from './store-file.ts'
import type { Asked, FromKeyWorker, Snapshot, ToKeyWorker } from './store-messages.ts'

/** How often the file is looked at, ms. 250: a change made by hand is in force before the hand is back. */
const LOOK_MS = 250

let lastBatch = 0

function send(message: FromKeyWorker): void {
  // oxlint-disable-next-line unicorn/require-post-message-target-origin -- a Node message port has no origin
  parentPort?.postMessage(message)
}

function snapshotOf(file: KeyFile): Snapshot {
  const day = dayOf(new Date())
  const month = day.slice(0, 7)
  const spent = new Map<string, SpentUsd>()
  addSpent(spent, file.spend({ from: `${month}-01`, to: `${month}-31` }), day)
  return { keys: file.list(), spent: [...spent.values()], day, batch: lastBatch }
}

function answer(file: KeyFile, asked: Asked): unknown {
  const by = 'actor' in asked ? { actor: asked.actor, now: new Date() } : undefined
  if (by === undefined) return asked.kind === 'spend' ? file.spend(asked) : read(file, asked)
  return change(file, asked, by)
}

function read(file: KeyFile, asked: Asked): unknown {
  return asked.kind === 'audit' ? file.audit(asked.limit) : null
}

function change(file: KeyFile, asked: Asked, by: { readonly actor: string; readonly now: Date }): unknown {
  switch (asked.kind) {
    case 'create':
      return file.create(asked.spec, by)
    case 'update':
      return file.update(asked.id, asked.change, by)
    case 'revoke':
      return file.revoke(asked.id, by)
    case 'rotate':
      return file.rotate(asked.id, asked.graceMs, by)
    case 'note':
      file.note(by, asked.action, asked.target)
      return null
    case 'spend':
    case 'audit':
      return null
  }
}

function handle(file: KeyFile, message: ToKeyWorker): void {
  switch (message.kind) {
    case 'ask':
      try {
        const result = answer(file, message.asked)
        // First the keys as they are now: whoever made one may use it at once.
        if ('actor' in message.asked) send({ kind: 'snapshot', snapshot: snapshotOf(file) })
        send({ kind: 'answer', request: message.request, answer: result })
      } catch (error) {
        const code = isWeirError(error) ? error.code : 'internal.bug'
        send({ kind: 'refused', request: message.request, code, message: messageOf(error) })
      }
      return
    case 'flush':
      try {
        file.addSpend(message.rows)
        lastBatch = message.batch
        send({ kind: 'flushed', batch: message.batch })
      } catch (error) {
        send({ kind: 'flushed', batch: message.batch, because: messageOf(error) })
      }
      return
    case 'close':
      clearInterval(looking)
      file.close()
      parentPort?.close()
  }
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error)
}

let looking: NodeJS.Timeout | undefined

function run(path: string): void {
  let file: KeyFile
  try {
    file = new KeyFile(path)
  } catch (error) {
    return send({ kind: 'failed', message: messageOf(error) })
  }
  let version = file.version()
  looking = setInterval(() => {
    try {
      const now = file.version()
      if (now === version) return
      version = now
      send({ kind: 'snapshot', snapshot: snapshotOf(file) })
    } catch {
      // Locked for longer than SQLite waits: the next look will see it.
    }
  }, LOOK_MS)
  parentPort?.on('message', (message: ToKeyWorker) => handle(file, message))
  send({ kind: 'snapshot', snapshot: snapshotOf(file) })
}

run((workerData as { readonly path: string }).path)
