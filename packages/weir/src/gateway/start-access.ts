/**
 * Starts what guards the gateway: the key store, and the admin API on a listener of its own. Nothing of it exists where callers are not
 * authenticated.
 */
import { WeirError } from '@weir/core'
import type { Exposed } from '../telemetry/exposition.ts'
import type { Log } from '../telemetry/log.ts'
import { createAdminApp, type AdminListen } from './admin-app.ts'
import { createAdminRoutes } from './admin-routes.ts'
import { openAuth, type AuthOptions, type OpenAuth } from './auth.ts'

export interface StartAccessOptions {
  readonly auth?: AuthOptions
  readonly admin?: AdminListen
  readonly reload?: () => Promise<unknown>
  readonly log: Log
  readonly isReady: () => boolean
  /** Undefined when nothing is counted. */
  readonly exposed?: Exposed | undefined
}

export interface StartedAccess {
  /** Empty: callers are not authenticated. */
  readonly forApp: { readonly auth?: OpenAuth }
  /** On the first run. */
  readonly adminKey: string | undefined
  /** Of the admin API. */
  readonly adminUrl: string | undefined
  close(): Promise<void>
}

const OPEN: StartedAccess = { forApp: {}, adminKey: undefined, adminUrl: undefined, close: async () => {} }

/** Throws `config.value` for a store that cannot be used and for `admin` without `auth`, `config.port` for a taken port. */
export async function startAccess(options: StartAccessOptions): Promise<StartedAccess> {
  const { auth: wanted, admin, log } = options
  if (wanted === undefined) {
    if (admin === undefined) return OPEN
    throw new WeirError(
      'config.value',
      'admin needs auth: its callers are known by keys of auth.path; add auth',
    )
  }
  const auth = await openAuth(wanted, log)
  const started = { forApp: { auth }, adminKey: auth.adminKey }
  if (admin === undefined) return { ...started, adminUrl: undefined, close: () => auth.store.close() }
  const { access, store } = auth
  const { isReady, reload, exposed } = options
  const routes = createAdminRoutes({
    access,
    store,
    now: () => new Date(),
    isReady,
    exposed,
    ...(reload === undefined ? {} : { reload }),
  })
  const app = createAdminApp({ access, routes, log })
  const close = async (): Promise<void> => {
    await app.close()
    await store.close()
  }
  try {
    const adminUrl = await app.listen({ host: admin.host ?? '127.0.0.1', port: admin.port })
    return { ...started, adminUrl, close }
  } catch (error) {
    await close()
    throw new WeirError(
      'config.port',
      `the admin API cannot listen on port ${admin.port}; choose another admin.port`,
      {
        cause: error,
      },
    )
  }
}
