/**
 * Reads an arithmetic story into events. A clause gives every event it may stand for: a pronoun may be anyone named so far, a few
 * verbs go either way, and a clause without a known verb may be an aside. Which combination makes sense is decided in story.ts.
 */
import { splitSentences } from '../read.ts'
import { effectOf, findNames, findShare, isTwoSided, type Effect } from './story-words.ts'

export type Amount =
  | { readonly kind: 'number'; readonly value: number }
  /** A share of what the holder has. */
  | { readonly kind: 'share'; readonly value: number }
  | { readonly kind: 'some' }
  /** times * what `reference` has + plus. */
  | { readonly kind: 'compared'; readonly reference: string; readonly times: number; readonly plus: number }

export interface Event {
  readonly effect: Effect
  readonly holder: string
  /** Who receives what the holder loses, or loses what the holder gains. */
  readonly other?: string
  readonly amount: Amount
  /** How unusual this reading of the clause is. */
  readonly penalty: number
}

export interface Story {
  /** For each clause its possible events; an empty list is an aside. */
  readonly clauses: readonly (readonly Event[])[]
  readonly question: string
  readonly names: readonly string[]
  /** Numbers folded into products before reading. */
  readonly merged: number
}

/** Holder of stories that name nobody. */
export const NOBODY = ''

/** Undefined when the text does not end in a question about an amount. */
export function readStory(text: string): Story | undefined {
  const sentences = splitSentences(multiplyGroups(text).replace(/,\s*(?=how (?:many|much)\b)/i, '. '))
  const question = sentences.at(-1) ?? ''
  if (sentences.length < 2 || !/\bhow (?:many|much)\b/i.test(question)) return undefined
  const names = findNames(text)
  const clauses: (readonly Event[])[] = []
  let context: Context = { names, subjects: [], verb: undefined }
  for (const sentence of sentences.slice(0, -1)) {
    for (const clause of splitClauses(sentence)) {
      const read = readClause(clause, context)
      clauses.push(read.events)
      context = read.context
    }
  }
  return { clauses, question, names, merged: [...text.matchAll(GROUPS)].length }
}

const GROUPS = /(\d+) (\w+) (?:with|of|containing) (\d+) (\w+)(?: (?:in )?each)?/g

/** "3 boxes of 12 eggs" are 36 eggs. A count of things, not of money or measures. */
function multiplyGroups(text: string): string {
  return text.replace(GROUPS, (...match: string[]) => `${Number(match[1]) * Number(match[3])} ${match[4]}`)
}

interface Context {
  readonly names: readonly string[]
  /** Holders mentioned so far, latest first. */
  readonly subjects: readonly string[]
  readonly verb: string | undefined
}

function splitClauses(sentence: string): readonly string[] {
  return sentence
    .split(/\s*,\s*(?:and\s+|but\s+)?(?:then\s+)?|\s+(?:and|but)\s+(?:then\s+)?|\s+then\s+/i)
    .filter((clause) => clause.trim() !== '')
}

const LEAD =
  /^(?:(?:if|then|later|after that|afterwards|next|finally|after|when|also|now|today|first|there)\b[, ]*)+/i

interface Parts {
  readonly subject: string
  readonly verb: string
  readonly rest: string
  readonly isInherited: boolean
}

function splitAtVerb(clause: string, context: Context): Parts | undefined {
  const words = clause.split(/\s+/)
  const at = words.findIndex((word) => effectOf(word) !== undefined)
  if (at >= 0) {
    const before = words.slice(0, at).join(' ')
    const subject = before.replace(/\b(?:is|are|was|were|now|then|also|later|have|has|had)\b/gi, '').trim()
    return { subject, verb: words[at] ?? '', rest: words.slice(at + 1).join(' '), isInherited: false }
  }
  const there = /^(?:are|were|is|was)\b/i.exec(clause)
  if (there !== null)
    return { subject: '', verb: 'have', rest: clause.slice(there[0].length), isInherited: false }
  if (context.verb === undefined || !/^\$?\d/.test(clause) || /\b(?:is|are|was|were)\b/.test(clause))
    return undefined
  return { subject: '', verb: context.verb, rest: clause, isInherited: true }
}

function readClause(
  clause: string,
  context: Context,
): { readonly events: readonly Event[]; readonly context: Context } {
  const text = clause.trim().replace(LEAD, '')
  const parts = splitAtVerb(text, context)
  const amount =
    parts === undefined ? undefined : (readAmount(parts.rest, context.names) ?? readAmount(parts.subject, []))
  if (parts === undefined || amount === undefined) return { events: [], context }
  const isThere = /\bthere\s+(?:are|were|is|was)\b/i.test(clause)
  const holders = isThere ? [NOBODY] : readHolders(parts.subject, context)
  const other = readOther(parts.rest, context.names)
  const effects = readEffects(parts, other)
  const events = holders.flatMap((holder, rank) =>
    effects.map((effect, turn): Event => ({
      effect,
      holder,
      amount,
      penalty: rank + turn,
      ...(other === undefined ? {} : { other }),
    })),
  )
  const subjects = [...holders.slice(0, 1), ...context.subjects.filter((subject) => subject !== holders[0])]
  return { events, context: { ...context, subjects, verb: parts.verb } }
}

function readEffects({ verb, isInherited, rest }: Parts, other: string | undefined): readonly Effect[] {
  const effect = effectOf(verb) ?? 'have'
  if (isInherited && effect === 'have') return ['gain']
  if (!isTwoSided(verb) || other !== undefined) return [effect]
  return /\b(?:back|away|out)\b/i.test(rest) ? ['lose', 'gain'] : ['gain', 'lose']
}

/** Possible holders, likeliest first. */
function readHolders(subject: string, { names, subjects }: Context): readonly string[] {
  const named = names.filter((name) => new RegExp(`\\b${name}\\b(?!['’])`).test(subject))
  if (named.length > 0) return named.slice(-1)
  const people = subjects.length > 0 ? subjects : [NOBODY]
  if (subject === '' || /\d/.test(subject)) return people.slice(0, 1)
  if (/^(?:he|she|they|it|who|this|these)$/i.test(subject)) return people
  const noun = /(\w+)$/.exec(subject)?.[1]?.toLowerCase() ?? NOBODY
  return subjects.length > 0 && !subjects.includes(noun) ? [noun, ...people.slice(0, 1)] : [noun]
}

function readOther(rest: string, names: readonly string[]): string | undefined {
  const direct = /^([A-Z][a-z]+)\b/.exec(rest)?.[1]
  if (direct !== undefined && names.includes(direct)) return direct
  const linked = /\b(?:to|from)\s+(?:(?:his|her|their|a|the)\s+)?(\w+)/.exec(rest)?.[1]
  return linked !== undefined && (names.includes(linked) || /^[a-z]/.test(linked)) ? linked : undefined
}

const COMPARED_TIMES = /\b(twice|double|half|(\d+(?:\.\d+)?) times)\b.*\bas\s+(?:the\s+)?(\w+)$/i
const COMPARED_PLUS = /(\d+(?:\.\d+)?)\s+(more|fewer|less)\b.*\bthan\s+(?:the\s+)?(\w+)$/i

function readAmount(rest: string, names: readonly string[]): Amount | undefined {
  const compared = readCompared(rest, names)
  if (compared !== undefined) return compared
  const share = findShare(rest)
  if (share !== undefined) return { kind: 'share', value: share }
  if (/\ball (?:of )?(?:them|his|her|their|the)\b/i.test(rest)) return { kind: 'share', value: 1 }
  const number = COUNT.exec(rest)?.[1]
  if (number !== undefined) return { kind: 'number', value: Number(number.replaceAll(',', '')) }
  return /\bsome\b/i.test(rest) ? { kind: 'some' } : undefined
}

/** A number, unless it is a time, a distance or an age. */
const COUNT = /\$?(\d+(?:,\d{3})*(?:\.\d+)?)\b(?!\s*(?:o'clock|km|miles|degrees|years|minutes|hours))/

function readCompared(rest: string, names: readonly string[]): Amount | undefined {
  const [, word = '', times, base] = COMPARED_TIMES.exec(rest) ?? []
  if (base !== undefined && isKnown(base, names)) {
    const factor = times === undefined ? (FACTORS[word.toLowerCase()] ?? NaN) : Number(times)
    return { kind: 'compared', reference: base, times: factor, plus: 0 }
  }
  const [, gap, direction, reference] = COMPARED_PLUS.exec(rest) ?? []
  if (reference === undefined || !isKnown(reference, names)) return undefined
  const sign = direction?.toLowerCase() === 'more' ? 1 : -1
  return { kind: 'compared', reference, times: 1, plus: sign * Number(gap) }
}

const FACTORS: Readonly<Record<string, number>> = { twice: 2, double: 2, half: 0.5 }

function isKnown(reference: string, names: readonly string[]): boolean {
  return names.includes(reference) || /^(?:him|her|them)$/i.test(reference)
}
