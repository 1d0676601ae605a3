/**
 * Checks of this machine: version of Node, limit of open files, ports, disk and the outcome store's file.
 */
import { constants } from 'node:fs'
import { access, open, statfs } from 'node:fs/promises'
import { createServer } from 'node:net'
import { dirname } from 'node:path'
import { isRecord } from '@weir/core'
import { fail, ok, warn, type Finding } from './finding.ts'

/** As in package.json: undici needs it. */
const NODE: readonly [number, number] = [22, 19]
/** Each request takes two sockets; a thousand at once and some to spare. */
const OPEN_FILES = 4_096
/** Free disk, bytes: a row is about 1 kB, so this is some hundred thousand rows. */
const DISK_FAIL_BYTES = 100 * 1024 * 1024
const DISK_WARN_BYTES = 1024 * 1024 * 1024

export function checkNode(version: string = process.versions.node): Finding {
  const [major = 0, minor = 0] = version.split('.').map(Number)
  const [needed, neededMinor] = NODE
  const isGood = major > needed || (major === needed && minor >= neededMinor)
  if (isGood) return ok('node', version)
  return fail(
    'node',
    `${version} is too old`,
    `install Node ${needed}.${neededMinor} or newer; 24 is what weir is tested with`,
  )
}

/** Nothing where the system does not say. */
export function checkOpenFiles(): readonly Finding[] {
  const report: unknown = process.report.getReport()
  const limits = isRecord(report) ? report['userLimits'] : undefined
  const files = isRecord(limits) ? limits['open_files'] : undefined
  const soft = isRecord(files) ? files['soft'] : undefined
  if (typeof soft !== 'number') return []
  if (soft >= OPEN_FILES) return [ok('open files', `up to ${soft}`)]
  const remedy = `raise it: ulimit -n ${OPEN_FILES * 4}, or LimitNOFILE of the systemd unit`
  return [warn('open files', `up to ${soft}; a request takes two`, remedy)]
}

export interface Address {
  readonly key: string
  readonly host: string
  readonly port: number
}

/** A gateway that runs already holds its ports, so this is no failure. */
export async function checkPort({ key, host, port }: Address): Promise<Finding> {
  const code = await new Promise<string | undefined>((resolve) => {
    const server = createServer()
    server.once('error', (error: NodeJS.ErrnoException) => resolve(error.code ?? 'unknown'))
    server.listen(port, host, () => server.close(() => resolve(undefined)))
  })
  const check = `port ${port}`
  if (code === undefined) return ok(check, `free on ${host}`)
  if (code === 'EADDRINUSE') {
    return warn(
      check,
      `taken on ${host}`,
      `fine if weir runs already; else stop the other program or change ${key}`,
    )
  }
  return fail(check, `cannot be listened on, ${host} (${code})`, `change ${key}`)
}

/** The file of the store, or the folder where it will be. */
export async function checkStore(path: string): Promise<readonly Finding[]> {
  const folder = dirname(path)
  const size = await statfs(folder).catch(() => undefined)
  if (size === undefined) {
    return [fail('store', `there is no folder ${folder}`, 'make it, or change record.path')]
  }
  return [await checkFile(path, folder), checkDisk(size.bavail * size.bsize, folder)]
}

const SQLITE = 'SQLite format 3\0'

function canWrite(file: string): Promise<boolean> {
  return access(file, constants.W_OK).then(
    () => true,
    () => false,
  )
}

async function checkFile(path: string, folder: string): Promise<Finding> {
  // SQLite makes its journal beside the file, so the folder must be writable too.
  if (!(await canWrite(folder))) {
    return fail('store', `${folder} cannot be written by this user`, 'change its owner, or record.path')
  }
  const file = await open(path, 'r+').catch((error: NodeJS.ErrnoException) => error)
  if (file instanceof Error) {
    if (file.code === 'ENOENT') return ok('store', `${path} will be made`)
    return fail(
      'store',
      `${path} cannot be opened (${file.code ?? 'unknown'})`,
      'change its owner, or record.path',
    )
  }
  try {
    const { buffer, bytesRead } = await file.read(Buffer.alloc(SQLITE.length), 0, SQLITE.length, 0)
    const isEmpty = bytesRead === 0
    if (isEmpty || buffer.toString('latin1') === SQLITE) return ok('store', path)
    return fail('store', `${path} is no SQLite file`, 'move it away, or change record.path')
  } finally {
    await file.close()
  }
}

function checkDisk(freeBytes: number, folder: string): Finding {
  const text = `${(freeBytes / 1024 ** 3).toFixed(1)} GiB free in ${folder}`
  if (freeBytes >= DISK_WARN_BYTES) return ok('disk', text)
  const remedy = 'free some, or move record.path to another disk'
  return freeBytes < DISK_FAIL_BYTES ? fail('disk', text, remedy) : warn('disk', text, remedy)
}
