/** What the small program can do and, as important for routing, what it cannot. */
import { describe, expect, it } from 'vitest'
import { smallProgram } from './program.ts'

const UNKNOWN = "I don't know."

describe('one simple step', () => {
  it.each([
    ["What's 17 * 23?", '391'],
    ['What is twelve plus nine?', '21'],
    ['Sarah has 5 apples and buys 7 more. How many apples does she have?', '12'],
    ['Maria has 3 boxes with 12 eggs each. How many eggs does she have?', '36'],
    ['24 sweets are shared equally among 6 children. How many does each get?', '4'],
    ['Convert 3 km to meters.', '3000'],
    ['What date is 5 days after March 3, 2026?', 'March 8, 2026'],
    ['If today is Monday, what day will it be in 3 days?', 'Thursday'],
    ['Reverse the word "river".', 'revir'],
    ['What is the union of {1, 2} and {2, 3}?', '1, 2, 3'],
    ['What is 15% of 80?', '12'],
    ['A car moves at 50 km/h. How far does it go in 3 hours?', '150'],
    ['What comes next: 3, 6, 9, 12?', '15'],
    ['Anna is taller than Ben. Who is the tallest?', 'Anna'],
  ])('%s', (question, answer) => expect(smallProgram.reply(question).text).toBe(answer))
})

describe('more than it can follow: an honest wrong answer', () => {
  it.each([
    ['precedence', 'What is 2 + 3 * 4?', '20'],
    [
      'a second step',
      'Tom has 20 pens. He loses 5. Then he finds 9 more. How many pens does Tom have?',
      '15',
    ],
    ['more than one quantity', 'How many minutes are in 2 hours and 30 minutes?', '120'],
    ['a month of 31 days', 'What date is 9 days after January 28, 2026?', 'February 7, 2026'],
    ['more than eight letters', 'Reverse the word "strawberry".', 'rebwarts'],
    ['more than four members', 'Find the maximum of 3, 9, 4, 1, 20.', '9'],
    ['the second change', 'A price of $100 gets a 10% discount and then a 20% discount. What is it?', '90'],
    ['another rule', 'What comes next: 2, 4, 8, 16?', '24'],
    ['the other direction', 'Anna is shorter than Ben. Who is the tallest?', 'Anna'],
  ])('%s', (_what, question, answer) => expect(smallProgram.reply(question).text).toBe(answer))
})

describe('wording it does not know', () => {
  it.each([
    'What is (2 + 3) * 4?',
    'What is twenty-one plus four?'.replace('plus', 'joined with'),
    'Convert 5 miles to feet.',
    'What day of the week is May 1, 2027?',
    'Is "level" a palindrome?',
    'What percent of 80 is 20?',
    'What is the capital of France?',
    '',
  ])('says so: %s', (question) => expect(smallProgram.reply(question).text).toBe(UNKNOWN))
})
