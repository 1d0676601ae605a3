/** Questions about words and letters, one operation or several in a row. */
import { numberAnswer, type Answer } from '../answer.ts'
import type { Draw } from '../draw.ts'
import type { Category, Draft } from '../question.ts'
import { LONG_WORDS, spellOrdinal, WORDS } from './words.ts'

function textAnswer(text: string): Answer {
  return { kind: 'text', text }
}

function reversed(text: string): string {
  return Array.from(text).reverse().join('')
}

function drawWord(draw: Draw): string {
  return draw.pick(draw.chance(0.72) ? WORDS : LONG_WORDS)
}

function quoted(draw: Draw, word: string): string {
  return draw.pick([`"${word}"`, `'${word}'`, `"${word}"`])
}

function reverse(draw: Draw): Draft {
  const word = drawWord(draw)
  const shown = quoted(draw, word)
  const prompt = draw.pick([
    `Reverse the word ${shown}.`,
    `Reverse the string ${shown}.`,
    `Write ${shown} backwards.`,
    `What is ${shown} spelled backwards?`,
  ])
  return { prompt, answer: textAnswer(reversed(word)) }
}

function caseOrLength(draw: Draw): Draft {
  const word = drawWord(draw)
  const shown = quoted(draw, word)
  return draw.pick<Draft>([
    { prompt: `Write ${shown} in capital letters.`, answer: textAnswer(word.toUpperCase()) },
    { prompt: `Convert ${shown} to uppercase.`, answer: textAnswer(word.toUpperCase()) },
    { prompt: `How many letters are in the word ${shown}?`, answer: numberAnswer(word.length) },
    { prompt: `How many letters does ${shown} have?`, answer: numberAnswer(word.length) },
    { prompt: `What is the first letter of ${shown}?`, answer: textAnswer(word.charAt(0)) },
    { prompt: `What is the last letter of ${shown}?`, answer: textAnswer(word.slice(-1)) },
  ])
}

function count(draw: Draw): Draft {
  const word = drawWord(draw)
  const letter = draw.pick(Array.from(word))
  const times = Array.from(word).filter((other) => other === letter).length
  const vowels = Array.from(word).filter((other) => 'aeiou'.includes(other)).length
  const shown = quoted(draw, word)
  return draw.pick<Draft>([
    { prompt: `How many times does the letter "${letter}" appear in ${shown}?`, answer: numberAnswer(times) },
    { prompt: `Count the letter '${letter}' in ${shown}.`, answer: numberAnswer(times) },
    { prompt: `How many vowels are in ${shown}?`, answer: numberAnswer(vowels) },
    { prompt: `How many consonants are in ${shown}?`, answer: numberAnswer(word.length - vowels) },
  ])
}

function position(draw: Draw): Draft {
  const word = drawWord(draw)
  const place = draw.int(1, word.length)
  const shown = quoted(draw, word)
  const size = Math.min(word.length, draw.int(2, 4))
  return draw.pick<Draft>([
    {
      prompt: `What is the ${spellOrdinal(place)} letter of ${shown}?`,
      answer: textAnswer(word.charAt(place - 1)),
    },
    { prompt: `What are the first ${size} letters of ${shown}?`, answer: textAnswer(word.slice(0, size)) },
    { prompt: `Give the last ${size} letters of ${shown}.`, answer: textAnswer(word.slice(-size)) },
    {
      prompt: `Sort the letters of ${shown} alphabetically.`,
      answer: textAnswer(Array.from(word).sort().join('')),
    },
    { prompt: `Remove all vowels from ${shown}.`, answer: textAnswer(word.replace(/[aeiou]/g, '')) },
    {
      prompt: `Is ${shown} a palindrome? Answer yes or no.`,
      answer: textAnswer(reversed(word) === word ? 'yes' : 'no'),
    },
  ])
}

interface Operation {
  readonly imperative: string
  apply(word: string): string
}

function drawOperation(draw: Draw): Operation {
  const size = draw.int(2, 3)
  return draw.pick<Operation>([
    { imperative: 'reverse it', apply: reversed },
    { imperative: 'convert it to uppercase', apply: (word) => word.toUpperCase() },
    { imperative: `take the first ${size} letters`, apply: (word) => word.slice(0, size) },
    { imperative: `keep only the last ${size + 1} letters`, apply: (word) => word.slice(-size - 1) },
    { imperative: 'remove the vowels', apply: (word) => word.replace(/[aeiou]/gi, '') },
    { imperative: 'sort its letters alphabetically', apply: (word) => Array.from(word).sort().join('') },
    {
      imperative: 'double every letter',
      apply: (word) =>
        Array.from(word)
          .map((letter) => letter + letter)
          .join(''),
    },
    { imperative: 'remove the first letter', apply: (word) => word.slice(1) },
  ])
}

function chain(draw: Draw): Draft {
  const word = drawWord(draw)
  const steps = [drawOperation(draw), drawOperation(draw), ...(draw.chance(0.4) ? [drawOperation(draw)] : [])]
  const result = steps.reduce((text, step) => step.apply(text), word)
  if (result === '') return chain(draw)
  const written = steps.map(({ imperative }) => imperative).join(draw.pick([', then ', ' and then ']))
  const prompt = draw.pick([
    `Take the word "${word}", ${written}. What is the result?`,
    `Start with "${word}": ${written}. What do you get?`,
  ])
  return { prompt, answer: textAnswer(result) }
}

function sentence(draw: Draw): Draft {
  const words = draw.sample(WORDS, draw.int(3, 6))
  const shown = `"${words.join(' ')}"`
  const longest = words.reduce((best, word) => (word.length > best.length ? word : best))
  return draw.pick<Draft>([
    { prompt: `How many words are in the sentence ${shown}?`, answer: numberAnswer(words.length) },
    {
      prompt: `Reverse the order of the words in ${shown}.`,
      answer: textAnswer([...words].reverse().join(' ')),
    },
    {
      prompt: `What is the longest word in ${shown}? If several are equally long, give the first.`,
      answer: textAnswer(longest),
    },
    {
      prompt: `Join the words ${words.map((word) => `"${word}"`).join(', ')} with hyphens.`,
      answer: textAnswer(words.join('-')),
    },
    {
      prompt: `Take the first letter of each word in ${shown} and join them.`,
      answer: textAnswer(words.map((word) => word[0]).join('')),
    },
    {
      prompt: `Which word comes first alphabetically in ${shown}?`,
      answer: textAnswer([...words].sort()[0] ?? ''),
    },
  ])
}

function replaced(draw: Draw): Draft {
  const word = drawWord(draw)
  const letter = draw.pick(Array.from(word))
  const other = draw.pick(Array.from('kzxqw'))
  const shift = draw.int(1, 3)
  const moved = Array.from(word)
    .map((char) => String.fromCharCode(((char.charCodeAt(0) - 97 + shift) % 26) + 97))
    .join('')
  return draw.pick<Draft>([
    {
      prompt: `Replace every "${letter}" with "${other}" in "${word}".`,
      answer: textAnswer(word.replaceAll(letter, other)),
    },
    {
      prompt: `Shift every letter of "${word}" forward by ${shift} in the alphabet.`,
      answer: textAnswer(moved),
    },
    {
      prompt: `Swap the first and the last letter of "${word}".`,
      answer: textAnswer(word.slice(-1) + word.slice(1, -1) + word.charAt(0)),
    },
  ])
}

export const strings: Category = {
  name: 'strings',
  makers: [
    [6, reverse],
    [8, caseOrLength],
    [3, count],
    [2, position],
    [2, chain],
    [2, sentence],
    [2, replaced],
  ],
}
