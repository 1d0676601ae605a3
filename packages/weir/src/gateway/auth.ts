/**
 * Auth: opens the key store and keeps the accounts in step with it. The first run makes a key for the admin API, to be shown once: there is no
 * default one.
 */
import { Access } from '../access/access.ts'
import { openKeyStore, type KeyStore } from '../access/key-store.ts'
import type { Log } from '../telemetry/log.ts'
import { DEFAULT_ASSUMED_OUTPUT_TOKENS, type AccessOptions } from './admission.ts'

export interface AuthOptions {
  /** SQLite file of keys; made when absent. */
  readonly path: string
  /** Default 4,096. */
  readonly assumedOutputTokens?: number
}

export interface OpenAuth extends AccessOptions {
  readonly store: KeyStore
  /** Present on the first run: the key of the admin API, which nobody can be told again. */
  readonly adminKey?: string
}

/** Throws `config.value`. */
export async function openAuth({ path, assumedOutputTokens }: AuthOptions, log: Log): Promise<OpenAuth> {
  const store = await openKeyStore({ path, log })
  const access = new Access({
    now: () => new Date(),
    onSpent: (keyId, day, spent) => store.add(keyId, day, spent),
  })
  access.load(store.snapshot)
  store.onSnapshot = (snapshot, unsaved) => access.load(snapshot, unsaved)
  const opened = { access, store, assumedOutputTokens: assumedOutputTokens ?? DEFAULT_ASSUMED_OUTPUT_TOKENS }
  if (store.snapshot.keys.some(({ role }) => role === 'admin')) return opened
  const spec = { name: 'first run', role: 'admin', limits: {} } as const
  try {
    const { text } = await store.ask({ kind: 'create', actor: 'weir serve', spec })
    return { ...opened, adminKey: text }
  } catch (error) {
    await store.close()
    throw error
  }
}
