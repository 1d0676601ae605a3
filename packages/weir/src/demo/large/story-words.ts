/** What verbs do to the number of things that their subject has. */

export type Effect = 'have' | 'gain' | 'lose'

const FORMS: Readonly<Record<Effect, string>> = {
  have: 'has have had owns own owned contains contain contained starts start started begins begin began keeps',
  gain:
    'buys buy bought finds find found gets get got receives receive received collects collect collected picks pick picked earns earn earned wins win ' +
    'won makes make made bakes bake baked adds add added catches catch caught gathers gather gathered gains gain gained saves save saved plants plant ' +
    'planted arrives arrive arrived joins join joined comes come came boards board boarded takes take took borrows borrow borrowed steals stole grows ' +
    'draws drew orders ordered inherits inherited discovers discovered',
  lose:
    'loses lose lost gives give gave given sells sell sold uses use used throws throw threw thrown eats eat ate eaten spends spend spent donates donate ' +
    'donated breaks break broke broken drops drop dropped leaves leave left flies fly flew removes remove removed hands hand handed passes pass passed ' +
    'sends send sent lends lend lent pays pay paid drinks drank burns burned trades traded returns returned discards discarded ships shipped',
}

const EFFECTS: ReadonlyMap<string, Effect> = new Map(
  (Object.keys(FORMS) as Effect[]).flatMap((effect) =>
    FORMS[effect].split(' ').map((form): readonly [string, Effect] => [form, effect]),
  ),
)

/** Effect of a verb form; undefined when the word is not a known verb. */
export function effectOf(word: string): Effect | undefined {
  return EFFECTS.get(word.toLowerCase())
}

/** Verbs that may mean either direction when nobody is named at the other end. */
export function isTwoSided(word: string): boolean {
  return /^(takes?|took|draws|drew|trades|traded|returns|returned)$/i.test(word)
}

const NOT_NAMES = new Set(
  (
    'then later after before next finally also now how what which who when where there the a an each every all both he she they it his her their its if in on at ' +
    'for from one some another and but so this that these those when while'
  ).split(' '),
)

/** Capitalised words that can only be names. */
export function findNames(text: string): readonly string[] {
  const found = text.match(/(?<![\p{L}'])[A-Z][a-z]+(?!['’]s)/gu) ?? []
  return [...new Set(found.filter((word) => !NOT_NAMES.has(word.toLowerCase())))]
}

const FRACTIONS: Readonly<Record<string, number>> = {
  half: 2,
  third: 3,
  quarter: 4,
  fourth: 4,
  fifth: 5,
  sixth: 6,
  tenth: 10,
}

/** "half", "a third", "3 quarters", "20%": the share meant; undefined when there is none. */
export function findShare(text: string): number | undefined {
  const percent = /(\d+(?:\.\d+)?)\s?(?:%|percent)/i.exec(text)
  if (percent !== null) return Number(percent[1]) / 100
  const written = /\b(\d+)\/(\d+)\b/.exec(text)
  if (written !== null) return Number(written[1]) / Number(written[2])
  const named = /\b(?:(\d+|an?)\s)?(half|third|quarter|fourth|fifth|sixth|tenth)s?\b/i.exec(text)
  if (named === null) return undefined
  const top = Number(named[1])
  return (Number.isFinite(top) && top > 0 ? top : 1) / (FRACTIONS[(named[2] ?? '').toLowerCase()] ?? NaN)
}
