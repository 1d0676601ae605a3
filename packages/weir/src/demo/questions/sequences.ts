/** Number sequences: the next term, or a later one. */
import { numberAnswer } from '../answer.ts'
import type { Draw } from '../draw.ts'
import type { Category, Draft } from '../question.ts'
import { spellOrdinal } from './words.ts'

type Term = (index: number) => number

function ask(draw: Draw, term: Term, shown = draw.int(4, 5)): Draft {
  const list = Array.from({ length: shown }, (_, index) => term(index)).join(', ')
  const prompt = draw.pick([
    `What comes next: ${list}, ...?`,
    `What is the next number in the sequence ${list}?`,
    `Find the next term: ${list}, ?`,
    `Continue the pattern: ${list}, __`,
  ])
  return { prompt, answer: numberAnswer(term(shown)) }
}

function drawLinear(draw: Draw): Term {
  const [start, step] = [draw.int(1, 40), draw.chance(0.75) ? draw.int(2, 12) : -draw.int(2, 9)]
  return (index) => start + step * index
}

function linear(draw: Draw): Draft {
  return ask(draw, drawLinear(draw))
}

function geometric(draw: Draw): Draft {
  const [start, ratio] = [draw.int(1, 6), draw.int(2, 4)]
  return ask(draw, (index) => start * ratio ** index)
}

function quadratic(draw: Draw): Draft {
  const [a, b, c] = [draw.int(1, 3), draw.int(0, 5), draw.int(0, 9)]
  return ask(draw, (index) => a * (index + 1) ** 2 + b * (index + 1) + c, 5)
}

function fibonacci(draw: Draw): Draft {
  const [first, second] = [draw.int(1, 6), draw.int(2, 9)]
  const term: Term = (index) =>
    index === 0 ? first : index === 1 ? second : term(index - 1) + term(index - 2)
  return ask(draw, term, 6)
}

function later(draw: Draw): Draft {
  const term = drawLinear(draw)
  const place = draw.int(8, 30)
  const list = [0, 1, 2, 3].map(term).join(', ')
  return {
    prompt: `What is the ${spellOrdinal(place)} term of the sequence ${list}, ...?`,
    answer: numberAnswer(term(place - 1)),
  }
}

/** Two sequences in turn, cubes, or a rule of two operations. */
function tricky(draw: Draw): Draft {
  const [one, other] = [drawLinear(draw), drawLinear(draw)]
  const [start, factor, plus] = [draw.int(1, 5), draw.int(2, 3), draw.int(1, 5)]
  const affine: Term = (index) => (index === 0 ? start : affine(index - 1) * factor + plus)
  return draw.pick([
    () => ask(draw, (index) => (index % 2 === 0 ? one : other)(Math.floor(index / 2)), 6),
    () => ask(draw, (index) => (index + 1) ** 3 + start, 4),
    () => ask(draw, affine, 5),
    () => ask(draw, (index) => [2, 3, 5, 7, 11, 13, 17, 19][index] ?? 0, draw.int(5, 7)),
  ])()
}

export const sequences: Category = {
  name: 'sequences',
  makers: [
    [9, linear],
    [2, geometric],
    [1, quadratic],
    [1, fibonacci],
    [2, later],
    [2, tricky],
  ],
}
