/**
 * `weir keys`: virtual keys, made and changed on the key store itself, so that it works without a running gateway and without the admin API. A
 * running gateway notices within a second.
 */
import { resolve } from 'node:path'
import { InvalidArgumentError, type Command } from 'commander'
import { isWeirError, parsePolicy, WeirError, type PolicyName } from '@weir/core'
import type { Key, KeyLimits, Role } from '../access/key.ts'
import type { By, KeyChange, KeyFile, Made } from '../access/store-file.ts'
import { parseCount, parseLevel } from './parse-option.ts'

interface PlaceOptions {
  readonly store?: string
  readonly config?: string
  readonly json?: boolean
}

interface LimitOptions {
  readonly models?: string
  readonly policies?: string
  readonly minQuality?: number
  readonly maxQuality?: number
  readonly rpm?: number
  readonly tpm?: number
  readonly concurrent?: number
  readonly usdPerDay?: number
  readonly usdPerMonth?: number
  readonly expires?: string
}

interface CreateOptions extends PlaceOptions, LimitOptions {
  readonly name: string
  readonly role: string
}

interface UpdateOptions extends PlaceOptions, LimitOptions {
  readonly name?: string
  readonly clear?: string
}

interface RotateOptions extends PlaceOptions {
  readonly grace: number
}

export function register(program: Command): void {
  const keys = program.command('keys').description('Virtual keys: makes, lists, changes and ends them.')
  withLimits(place(keys.command('create')))
    .description('Makes a key and shows it, this once.')
    .requiredOption('--name <text>', 'whose it is')
    .option('--role <role>', 'caller asks models; viewer and admin use the admin API', 'caller')
    .action((options: CreateOptions) => create(options))
  place(keys.command('list'))
    .description('Shows all keys and what they spent this month.')
    .action((options: PlaceOptions) => list(options))
  place(keys.command('show'))
    .description('Shows one key.')
    .argument('<id>', 'as weir keys list shows it')
    .action((id: string, options: PlaceOptions) => show(id, options))
  withLimits(place(keys.command('update')))
    .description('Changes a key; what is not named stays.')
    .argument('<id>', 'as weir keys list shows it')
    .option('--name <text>', 'whose it is')
    .option('--clear <limits>', 'limits to take away, by their names in docs/access.md, separated by commas')
    .action((id: string, options: UpdateOptions) => update(id, options))
  place(keys.command('revoke'))
    .description('Ends a key, for good.')
    .argument('<id>', 'as weir keys list shows it')
    .action((id: string, options: PlaceOptions) => revoke(id, options))
  place(keys.command('rotate'))
    .description('Gives a key another secret and shows it, this once.')
    .argument('<id>', 'as weir keys list shows it')
    .option('--grace <seconds>', 'how long the old secret stays good', parseSeconds, 0)
    .action((id: string, options: RotateOptions) => rotate(id, options))
}

function place(command: Command): Command {
  return command
    .option('--config <file>', 'weir.yaml, whose auth.path is the store', 'weir.yaml')
    .option('--store <file>', 'the store itself, instead of --config')
    .option('--json', 'print one JSON object')
}

function withLimits(command: Command): Command {
  return command
    .option('--models <names>', 'models it may ask for, separated by commas')
    .option('--policies <names>', 'policies it may ask for, separated by commas')
    .option('--min-quality <level>', 'lowest level', parseLevel)
    .option('--max-quality <level>', 'highest level', parseLevel)
    .option('--rpm <n>', 'requests a minute', parseCount)
    .option('--tpm <n>', 'tokens a minute', parseCount)
    .option('--concurrent <n>', 'requests at the same time', parseCount)
    .option('--usd-per-day <usd>', 'budget of a day, UTC', parseUsd)
    .option('--usd-per-month <usd>', 'budget of a month, UTC', parseUsd)
    .option('--expires <date>', 'ISO date from which it is refused', parseDate)
}

function parseUsd(text: string): number {
  const usd = Number(text)
  if (text.trim() !== '' && usd > 0 && Number.isFinite(usd)) return usd
  throw new InvalidArgumentError('must be an amount above 0.')
}

function parseSeconds(text: string): number {
  const seconds = Number(text)
  if (text.trim() !== '' && seconds >= 0 && seconds <= 2_592_000) return seconds
  throw new InvalidArgumentError('must be seconds, at most 30 days.')
}

function parseDate(text: string): string {
  const ms = Date.parse(text)
  if (!Number.isNaN(ms)) return new Date(ms).toISOString()
  throw new InvalidArgumentError('must be a date such as 2027-01-31.')
}

async function create({ name, role, expires, ...options }: CreateOptions): Promise<void> {
  const limits = toLimits(options)
  const spec = {
    name,
    role: parseRole(role),
    limits,
    ...(expires === undefined ? {} : { expiresAt: expires }),
  }
  const { parseNewKey } = await import('../access/written-key.ts')
  await using(options, (file, by) =>
    printMade(
      file.create(
        checked(() => parseNewKey(spec)),
        by,
      ),
      options,
    ),
  )
}

async function list(options: PlaceOptions): Promise<void> {
  const { toShown } = await import('../access/store-file.ts')
  await using(options, (file, { now }) => {
    const spent = spentThisMonth(file, now)
    const keys = file.list().map((key) => ({ ...toShown(key), monthUsd: spent.get(key.id) ?? 0 }))
    if (options.json === true) return console.log(JSON.stringify({ keys }))
    for (const key of keys) console.log(toLine(key, key.monthUsd))
    if (keys.length === 0) console.log('no keys; make one with weir keys create --name <text>')
  })
}

async function show(id: string, options: PlaceOptions): Promise<void> {
  const { toShown } = await import('../access/store-file.ts')
  await using(options, (file, { now }) => {
    print(toShown(file.get(id)), spentThisMonth(file, now).get(id) ?? 0, options)
  })
}

async function update(id: string, { name, expires, clear, ...options }: UpdateOptions): Promise<void> {
  const { LIMIT_NAMES } = await import('../access/key.ts')
  const cleared = (clear ?? '').split(',').filter((one) => one !== '')
  for (const one of cleared) {
    if (one === 'expiresAt' || LIMIT_NAMES.some((known) => known === one)) continue
    throw new WeirError(
      'cli.usage',
      `--clear: there is no limit "${one.slice(0, 40)}"; known are ${LIMIT_NAMES.join(', ')}, expiresAt`,
    )
  }
  const nulls = Object.fromEntries(cleared.filter((one) => one !== 'expiresAt').map((one) => [one, null]))
  const until = cleared.includes('expiresAt') ? null : expires
  const change: KeyChange = {
    ...(name === undefined ? {} : { name }),
    ...(until === undefined ? {} : { expiresAt: until }),
    limits: { ...toLimits(options), ...nulls },
  }
  await using(options, (file, by) => print(file.update(id, change, by), undefined, options))
}

async function revoke(id: string, options: PlaceOptions): Promise<void> {
  await using(options, (file, by) => print(file.revoke(id, by), undefined, options))
}

async function rotate(id: string, options: RotateOptions): Promise<void> {
  await using(options, (file, by) => printMade(file.rotate(id, options.grace * 1000, by), options))
}

/** Runs on the store and closes it. */
async function using(options: PlaceOptions, run: (file: KeyFile, by: By) => void): Promise<void> {
  const { KeyFile } = await import('../access/store-file.ts')
  const path = await findStore(options)
  let file: KeyFile
  try {
    file = new KeyFile(path)
  } catch (error) {
    throw new WeirError(
      'data.unreadable',
      `${path} is no key store (${String(error)}); give the file of auth.path`,
    )
  }
  try {
    run(file, { actor: 'weir keys', now: new Date() })
  } catch (error) {
    if (isWeirError(error)) throw error
    throw new WeirError(
      'cli.write',
      `${path} could not be changed (${String(error)}); see that you may write to it`,
    )
  } finally {
    file.close()
  }
}

async function findStore({ store, config = 'weir.yaml' }: PlaceOptions): Promise<string> {
  if (store !== undefined) return resolve(store)
  const { readAuthPath } = await import('../config/auth-path.ts')
  const path = await readAuthPath(config)
  if (path !== undefined) return path
  throw new WeirError(
    'config.value',
    `${config} has no auth, so there are no keys; add auth: { path: keys.sqlite }, or give --store`,
  )
}

function toLimits(options: LimitOptions): KeyLimits {
  const { models, policies, minQuality, maxQuality, rpm, tpm, concurrent, usdPerDay, usdPerMonth } = options
  const all = {
    models: models === undefined ? undefined : toNames(models),
    policies: policies === undefined ? undefined : toNames(policies).map(toPolicy),
    minQuality,
    maxQuality,
    requestsPerMinute: rpm,
    tokensPerMinute: tpm,
    concurrentRequests: concurrent,
    usdPerDay,
    usdPerMonth,
  }
  return Object.fromEntries(Object.entries(all).filter(([, value]) => value !== undefined))
}

function toNames(text: string): readonly string[] {
  return text
    .split(',')
    .map((one) => one.trim())
    .filter((one) => one !== '')
}

function toPolicy(text: string): PolicyName {
  return checked(() => parsePolicy(text, '--policies'))
}

function parseRole(text: string): Role {
  if (text === 'caller' || text === 'viewer' || text === 'admin') return text
  throw new WeirError('cli.usage', `--role must be caller, viewer or admin, not "${text.slice(0, 40)}"`)
}

/** A mistake in a request's words is one of usage here. */
function checked<T>(parse: () => T): T {
  try {
    return parse()
  } catch (error) {
    if (isWeirError(error)) throw new WeirError('cli.usage', error.message)
    throw error
  }
}

function spentThisMonth(file: KeyFile, now: Date): ReadonlyMap<string, number> {
  const month = now.toISOString().slice(0, 7)
  const sum = new Map<string, number>()
  for (const { keyId, meteredUsd, estimatedUsd } of file.spend({ from: `${month}-01`, to: `${month}-31` })) {
    sum.set(keyId, (sum.get(keyId) ?? 0) + meteredUsd + estimatedUsd)
  }
  return sum
}

function printMade({ key, text }: Made, { json }: PlaceOptions): void {
  if (json === true) return console.log(JSON.stringify({ ...key, key: text }))
  console.log(`${key.id}  ${key.name}\n\n  ${text}\n\nThis is the only time it is shown.`)
}

function print(key: Key, monthUsd: number | undefined, { json }: PlaceOptions): void {
  if (json === true) console.log(JSON.stringify(monthUsd === undefined ? key : { ...key, monthUsd }))
  else console.log(toLine(key, monthUsd))
}

function toLine(key: Key, monthUsd: number | undefined): string {
  const state = key.revokedAt === undefined ? key.role : 'revoked'
  const spent = monthUsd === undefined ? '' : `  ${monthUsd.toFixed(4)} USD this month`
  return `${key.id}  …${key.hint}  ${state}  ${key.name}${spent}  ${JSON.stringify(key.limits)}`
}
