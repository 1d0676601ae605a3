/**
 * Extra calls: the effects that scorers are built with, long before there is a request to make them for. Each call finds its request by
 * the asynchronous context it runs in, so one river serves all requests, and no call escapes its request's connection, cap and account.
 */
import { AsyncLocalStorage } from 'node:async_hooks'
import { WeirError, type AskExternal, type AskModel } from '@weir/core'

/** What makes the calls of one request. */
export interface Caller {
  readonly ask: AskModel
  readonly askExternal: AskExternal
}

export interface ExtraCalls extends Caller {
  /** Runs `serve`; the calls that its scorers make are made by `caller`. */
  run<T>(caller: Caller, serve: () => Promise<T>): Promise<T>
}

export function createExtraCalls(): ExtraCalls {
  const current = new AsyncLocalStorage<Caller>()
  const find = (): Caller => {
    const caller = current.getStore()
    if (caller === undefined) throw new WeirError('internal.bug', 'a scorer made a call outside of a request')
    return caller
  }
  return {
    ask: async (request) => find().ask(request),
    askExternal: async (request) => find().askExternal(request),
    run: (caller, serve) => current.run(caller, serve),
  }
}
