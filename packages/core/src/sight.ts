/**
 * Sight: what the text readers of estimate/ make of a question and of an answer, for the answer reader of score/, which may not know them.
 * The question is read by the router's own readers; the answer by a text reader of its own.
 */
import type { Answer } from './contract/answer.ts'
import type { Encoder, Features } from './contract/features.ts'
import type { Query } from './contract/query.ts'
import { read, see, type Components, type View } from './estimate/components.ts'
import type { TextReader } from './estimate/stored-text-reader.ts'
import { dotSparsePair } from './math/sparse.ts'
import { joinColumns, toAnswerQuery, type Sight } from './score/answer-reader.ts'
import { describeExchange } from './score/exchange.ts'

export interface Readers {
  readonly encoder: Encoder
  readonly question: { readonly view: View; readonly components: Components }
  readonly answer: TextReader
}

export interface Exchange {
  readonly query: Query
  readonly features: Features
  readonly answer: Answer
}

const WITHOUT_NEIGHBOURS = { text: true, table: true, forest: true, nearest: false } as const

export function createSight({ encoder, question, answer: reader }: Readers): (exchange: Exchange) => Sight {
  return ({ query, features, answer }) => {
    const asked = see(features, question.view)
    const said = read(question.components, asked, WITHOUT_NEIGHBOURS)
    const seen = see(encoder.encode(toAnswerQuery(answer)), reader.view)
    const [small, large] = dotSparsePair(seen.text, reader.linear.weights)
    return {
      small: [...said.small, small + reader.linear.smallBias],
      large: [...said.large, large + reader.linear.largeBias],
      dense: joinColumns(asked.dense, seen.dense, describeExchange(query, answer)),
    }
  }
}
