/**
 * Live calls: what one request asks of upstreams when its policy reads answers. An answer that will be read is completed first (a stream is
 * held back); a draft that still runs is closed when the policy goes on; the time cap ends a running call once there is an answer to give.
 *
 * Calls of scorers (self-check, judge, external) run through here too, so that they share the caller's connection and the cap, and
 * are counted.
 */
import { performance } from 'node:perf_hooks'
import {
  WeirError,
  type Attempt,
  type Call,
  type CallAction,
  type Caps,
  type ExternalRequest,
  type ModelRequest,
  type Scoring,
  type Usage,
} from '@weir/core'
import type { Observation, ObservedCallStart } from '../telemetry/observer.ts'
import type { Answer, StreamAnswer } from '../upstream/answer.ts'
import type { Lifeline, LiveAttempt, UpstreamClient } from '../upstream/client.ts'
import type { UpstreamModel } from '../upstream/definition.ts'
import type { Failure } from '../upstream/dispatch.ts'
import type { ExternalClient } from '../upstream/external.ts'
import { cut, Fan } from '../upstream/fan.ts'
import type { Watch } from '../upstream/hold.ts'
import { gatherAttempts, meterAttempt, readAttempt } from '../upstream/read-attempt.ts'
import { parseLoosely } from '../upstream/usage.ts'
import { needsOf, planCall, type CallPlan, type LogprobNeeds } from './call-plan.ts'
import type { ChatRequest } from './chat-request.ts'
import { EventGate } from './event-gate.ts'
import { selectChoice, setMembers, withoutLogprobs } from './rewrite.ts'
import { bodyFor } from './translate.ts'
import { watchesOf } from './watch.ts'

export interface LiveCallsOptions {
  readonly upstream: UpstreamClient
  readonly request: ChatRequest
  readonly lifeline: Lifeline
  /** Extra headers of the caller, names and values alternating. */
  readonly headers: readonly string[]
  readonly authorization: string | undefined
  readonly scoring: Scoring | undefined
  readonly caps: Caps
  /** Cut on `accumulated` below which a draft is broken off. */
  readonly doubtCut: number | undefined
  readonly external: ExternalClient | undefined
  readonly observation?: Observation | undefined
}

export class LiveCalls {
  readonly #options: LiveCallsOptions
  readonly #fan: Fan
  readonly #needs: LogprobNeeds
  readonly #createWatch: (() => Watch) | undefined
  readonly #cancelled = new Set<Answer>()
  #firstCallMs: number | undefined
  #running = 0
  #runningSinceMs = 0
  #waitedMs = 0
  /** Of a stream that flowed unread, from its last event. */
  streamUsage: Usage | undefined

  constructor(options: LiveCallsOptions) {
    this.#options = options
    this.#fan = new Fan(options.lifeline)
    this.#needs = needsOf(options.scoring?.scorers ?? [])
    this.#createWatch = watchesOf(options.scoring, options.doubtCut)
  }

  /** Time in which at least one call was running, ms. */
  get waitedMs(): number {
    return this.#waitedMs
  }

  /** True when nothing of this answer is left to give: the draft was closed when the policy went on. */
  isCancelled({ answer }: LiveAttempt): boolean {
    return answer !== undefined && this.#cancelled.has(answer)
  }

  readonly call: Call<LiveAttempt> = async (action, earlier = []) => {
    this.#firstCallMs ??= performance.now()
    this.cancel(earlier)
    const hasAnswer = earlier.some((one) => one.error === undefined && !this.isCancelled(one))
    if (hasAnswer && this.#leftMs() <= 0) return notMade(action)
    const { model, reason } = action
    const { headers } = this.#options
    const observed = this.#options.observation?.beginCall?.({ model, purpose: 'answer', reason, headers })
    const sending = { headers: observed?.headers ?? headers }
    const attempt = await this.#bounded(model, hasAnswer, (branch) =>
      this.#make(action, { ...sending, branch }),
    )
    observed?.end(attempt)
    return { ...attempt, reason }
  }

  /** Closes answers that are still arriving. */
  cancel(attempts: readonly LiveAttempt[]): void {
    for (const attempt of attempts) {
      if (attempt.cancel === undefined || attempt.answer === undefined) continue
      this.#cancelled.add(attempt.answer)
      attempt.cancel()
    }
  }

  /** A completion for a scorer. Throws `limit.time` when the time is up, `pool.empty` for a model out of place: then no call is made. */
  readonly ask = async (request: ModelRequest): Promise<Attempt> => {
    const { model, samples } = request
    this.#checkPlace(model, this.#definition(model).place)
    const { nativeSamples = false } = this.#definition(model)
    const perCall = nativeSamples ? samples : 1
    const body = Buffer.from(JSON.stringify(this.#toBody(request, perCall)))
    return this.#observed(request, async ({ headers, branch }) => {
      const calls = Array.from({ length: samples / perCall }, () =>
        this.#readOne(model, body, { headers, lifeline: branch() }),
      )
      const made = await Promise.all(calls)
      return toPlain(made.length === 1 && made[0] !== undefined ? made[0] : gatherAttempts(made))
    })
  }

  /** Throws `limit.time` when the time is up, `config.signal` without an external scorer. */
  readonly askExternal = async (request: ExternalRequest): Promise<Attempt> => {
    const { external } = this.#options
    if (external === undefined) throw new WeirError('config.signal', 'no external scorer is configured')
    this.#checkPlace('the external scorer', undefined)
    return this.#observed({ model: request.model, purpose: 'external' }, ({ branch }) =>
      external.ask(request, branch()),
    )
  }

  /** A scorer's call, told to whoever observes. */
  async #observed(
    { model, purpose }: Pick<ObservedCallStart, 'model' | 'purpose'>,
    make: (sending: Sending) => Promise<Attempt>,
  ): Promise<Attempt> {
    const { headers, observation } = this.#options
    const leftMs = this.#leftMs()
    // As below: past its time no call is made, so none is told of.
    const observed = leftMs > 0 ? observation?.beginCall?.({ model, purpose, headers }) : undefined
    const sending = { headers: observed?.headers ?? headers }
    const attempt = await this.#bounded(model, true, (branch) => make({ ...sending, branch }))
    observed?.end(attempt)
    return attempt
  }

  /** What a query may not be sent to for an answer, it may not be sent to for a judgement either. */
  #checkPlace(who: string, place: string | undefined): void {
    const { places } = this.#options.request.query
    if (places === undefined || (place !== undefined && places.includes(place))) return
    throw new WeirError('pool.empty', `${who} is not asked: the query may only go to ${places.join(', ')}`)
  }

  #toBody({ model, messages, maxOutputTokens, temperature, topLogprobs }: ModelRequest, n: number): unknown {
    return {
      model: parseLoosely(this.#options.upstream.wireName(model).toString('utf8')),
      messages,
      max_tokens: maxOutputTokens,
      temperature,
      ...(n > 1 ? { n } : {}),
      ...(topLogprobs > 0 ? { logprobs: true, top_logprobs: topLogprobs } : {}),
    }
  }

  #definition(model: string): UpstreamModel {
    const definition = this.#options.upstream.get(model)
    if (definition === undefined) throw new WeirError('internal.bug', `no upstream for model ${model}`)
    return definition
  }

  /** Runs calls under the time cap when there is an answer that can be given instead. */
  async #bounded<A extends Attempt>(
    model: string,
    isBounded: boolean,
    make: (branch: () => Lifeline) => Promise<A>,
  ): Promise<A> {
    const leftMs = isBounded ? this.#leftMs() : Infinity
    if (leftMs <= 0) throw new WeirError('limit.time', `no time is left to call ${model}`)
    const branches: Lifeline[] = []
    const branch = (): Lifeline => {
      const one = this.#fan.branch()
      branches.push(one)
      return one
    }
    const timer = Number.isFinite(leftMs)
      ? setTimeout(() => branches.forEach((one) => cut(one, LATE)), leftMs)
      : undefined
    this.#begin()
    try {
      return await make(branch)
    } finally {
      clearTimeout(timer)
      this.#end()
    }
  }

  #leftMs(): number {
    const { ms } = this.#options.caps
    if (ms === undefined || this.#firstCallMs === undefined) return Infinity
    return this.#firstCallMs + ms - performance.now()
  }

  #begin(): void {
    if (this.#running === 0) this.#runningSinceMs = performance.now()
    this.#running += 1
  }

  #end(): void {
    this.#running -= 1
    if (this.#running === 0) this.#waitedMs += performance.now() - this.#runningSinceMs
  }

  async #make(
    { model, samples, readsAnswer = false }: CallAction,
    { headers, branch }: Sending,
  ): Promise<LiveAttempt> {
    const { upstream, request } = this.#options
    const definition = this.#definition(model)
    const plan = planCall(request, definition, { readsAnswer, samples, needs: this.#needs })
    const { body: named } = bodyFor(request, { upstream, model, allowsRaw: false })
    const body = Object.keys(plan.members).length === 0 ? named : setMembers(named, plan.members)
    if (!readsAnswer && samples === 1) return this.#unread(model, body, { plan, headers, branch: branch() })
    // Several answers are gathered whole: their stream is made here.
    const wantsStream = request.wantsStream && !('stream' in plan.members)
    const watch = plan.calls * plan.perCall === 1 ? this.#createWatch?.() : undefined
    const calls = Array.from({ length: plan.calls }, () =>
      this.#readOne(model, body, { headers, lifeline: branch(), watch, wantsStream }),
    )
    const made = await Promise.all(calls)
    const [only] = made
    if (made.length > 1 || only === undefined) return this.#prepared(gatherAttempts(made), plan)
    return this.#prepared(plan.perCall > 1 ? withPick(only) : only, plan)
  }

  async #readOne(model: string, body: Buffer, { watch, ...sending }: ReadOne): Promise<LiveAttempt> {
    const attempt = await this.#post(model, body, sending)
    const { lifeline } = sending
    const definition = this.#definition(model)
    return readAttempt(attempt, { definition, lifeline, ...(watch === undefined ? {} : { watch }) })
  }

  async #unread(model: string, body: Buffer, { plan, headers, branch }: Unread): Promise<LiveAttempt> {
    const attempt = await this.#post(model, body, {
      headers,
      lifeline: branch,
      wantsStream: this.#options.request.wantsStream,
    })
    return this.#prepared(meterAttempt(attempt, this.#definition(model)), plan, branch)
  }

  #post(
    model: string,
    body: Buffer,
    { headers, lifeline, wantsStream = false }: ReadOne,
  ): Promise<LiveAttempt> {
    const { upstream, authorization } = this.#options
    return upstream.call({
      model,
      body,
      headers,
      lifeline,
      wantsStream,
      ...(authorization === undefined ? {} : { authorization }),
    })
  }

  /** The attempt with an answer that can be given: without what only weir asked for. */
  #prepared(attempt: LiveAttempt, plan: CallPlan, branch?: Lifeline): LiveAttempt {
    const { answer, pick } = attempt
    if (answer === undefined) return attempt
    const prepare = (one: Answer): Answer => {
      if (one.kind === 'stream') return this.#gated(one, { plan, branch })
      return plan.dropsLogprobs && one.isJson ? { ...one, body: withoutLogprobs(one.body) } : one
    }
    const prepared = { ...attempt, answer: prepare(answer) }
    if (pick === undefined) return prepared
    return {
      ...prepared,
      pick: (position) => {
        const picked = pick(position)
        return picked === undefined ? undefined : prepare(picked)
      },
    }
  }

  #gated(
    answer: StreamAnswer,
    { plan, branch }: { readonly plan: CallPlan; readonly branch: Lifeline | undefined },
  ): StreamAnswer {
    if (!answer.isEvents) return answer
    return {
      ...answer,
      flow: (outlet) => {
        const { dropsLogprobs, dropsUsage } = plan
        answer.flow(
          new EventGate({
            outlet,
            dropsLogprobs,
            dropsUsage,
            onUsage: (usage) => (this.streamUsage = usage),
            abort: () => branch?.call?.drop(),
            nowMs: () => performance.now(),
          }),
        )
      },
    }
  }
}

interface Sending {
  /** Names and values alternating. */
  readonly headers: readonly string[]
  readonly branch: () => Lifeline
}

interface Unread {
  readonly plan: CallPlan
  readonly headers: readonly string[]
  readonly branch: Lifeline
}

interface ReadOne {
  readonly headers: readonly string[]
  readonly lifeline: Lifeline
  readonly watch?: Watch | undefined
  readonly wantsStream?: boolean
}

const LATE: Failure = { code: 'limit.time', message: 'cut at the time cap of the request' }

/** The time was up before the call began: listed, and counted as no call. */
function notMade({ model, reason }: CallAction): LiveAttempt {
  const error = { code: LATE.code, message: `${model}: ${LATE.message}` }
  return { model, reason, startedAtMs: performance.now(), latencyMs: 0, calls: 0, error }
}

/** Several choices of one body: the one picked is given as a body of its own. */
function withPick(attempt: LiveAttempt): LiveAttempt {
  const { answer } = attempt
  if (answer?.kind !== 'whole') return attempt
  const json = parseLoosely(answer.body.toString('utf8'))
  return {
    ...attempt,
    pick: (position) => ({ ...answer, body: Buffer.from(JSON.stringify(selectChoice(json, position))) }),
  }
}

/** Of a scorer's call only what is counted and read. */
function toPlain({ answer: _answer, refusal: _refusal, pick: _pick, ...attempt }: LiveAttempt): Attempt {
  return attempt
}
