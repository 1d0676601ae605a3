/** Questions made by hand, in wordings the generator does not have, with answers worked out by hand. */
import { describe, expect, it } from 'vitest'
import { finalPart } from '../answer.ts'
import { largeProgram } from './program.ts'

function answerOf(question: string): string {
  return finalPart(largeProgram.reply(question).text)
}

const CASES: Readonly<Record<string, readonly (readonly [question: string, answer: string])[]>> = {
  arithmetic: [
    ["What's 17 * 23?", '391'],
    ['what is 2+2', '4'],
    ['Calculate 2 + 3 * (7 - 5) ^ 2', '14'],
    ['What is seven times eight plus two?', '58'],
    ['Subtract 7 from the product of 4 and 6.', '17'],
    ['Take 10, double it, subtract 4 and divide the result by 2.', '8'],
    ['What is the remainder when 100 is divided by 7?', '2'],
    ['What is the lcm of 4 and 6?', '12'],
    ['Is 97 prime?', 'yes'],
  ],
  stories: [
    ['Sarah has 5 apples and buys 7 more. How many apples does she have?', '12'],
    ['If I have 12 cookies and eat 5, how many are left?', '7'],
    ['A farmer has 15 cows. He sells 4 cows and then buys 6. How many cows does he have?', '17'],
    [
      'Nina had 40 stamps. She gave a quarter of them to Omar, who had none. How many stamps does Nina have now?',
      '30',
    ],
    [
      'Lucy has 3 times as many shells as Tom. Tom has 8 shells. How many shells do they have together?',
      '32',
    ],
    ['Tom had some marbles. He lost 6 and now has 21. How many marbles did he have at first?', '27'],
    ['Maria has 3 boxes of 12 eggs. She breaks 5 eggs. How many eggs are left?', '31'],
    ['Emma buys 4 books for $12 each and pays with $60. How much change does she get?', '12'],
    ['There are 12 birds on a wire. 5 fly away and then 3 more arrive. How many birds are there?', '10'],
  ],
  units: [
    ['Convert 10 miles to km', '16.0934'],
    ['How many cm in 2.5 m?', '250'],
    ['What is 3 feet 4 inches in inches?', '40'],
    ['100 F in C', '37.7778'],
    ['How many meters per second is 90 km/h?', '25'],
  ],
  dates: [
    ['What day of the week was July 4, 1976?', 'Sunday'],
    ['What date is 100 days after January 1, 2025?', 'April 11, 2025'],
    ['How many days between 2024-01-01 and 2024-12-25?', '359'],
    ['Yesterday was Monday. What day is it in 10 days?', 'Friday'],
    ['When is the last Friday of October 2026?', 'October 30, 2026'],
  ],
  words: [
    ['Reverse "hello world"', 'dlrow olleh'],
    [`How many r's are in "strawberry"?`, '3'],
    [
      'Take the word "planet", remove the vowels, then write it in capital letters. What is the result?',
      'PLNT',
    ],
    ['What is the third letter of "weather"?', 'a'],
  ],
  sets: [
    ['union of {1,2,3} and {3,4,5}', '1, 2, 3, 4, 5'],
    [
      'A = {a, b}, B = {b, c}, C = {c}. Take the union of A and B and remove the elements of C. What is left?',
      'a, b',
    ],
    ['What is the median of 9, 2, 5?', '5'],
    ['Sort 5, 2, 9, 1', '1, 2, 5, 9'],
  ],
  percents: [
    ['A shirt costs $40 and is 25% off. What is the price?', '30'],
    ['What percent of 50 is 10?', '20'],
    ['15% of a number is 45. What is the number?', '300'],
    ['A rent of $800 is raised by 10% and later lowered by 5%. What is it now?', '836'],
  ],
  rates: [
    ['If a car travels 60 miles per hour for 2.5 hours, how far does it go?', '150'],
    ['If 3 pencils cost $6, how much do 5 pencils cost?', '10'],
    ['6 painters need 4 days. How long do 8 painters need?', '3'],
  ],
  sequences: [
    ['1, 1, 2, 3, 5, 8, what comes next?', '13'],
    ['What is the 10th term of the sequence 3, 7, 11, 15, ...?', '39'],
  ],
  orders: [
    ['Alice is taller than Bob. Carol is shorter than Bob. Who is the second tallest?', 'Bob'],
    ['Which is bigger, 3/4 or 0.8?', '0.8'],
    ['John is 5 years older than Mary. Mary is 20. How old is John?', '25'],
  ],
}

describe.each(Object.entries(CASES))('%s', (_category, cases) => {
  it.each(cases)('%s', (question, answer) => expect(answerOf(question)).toBe(answer))
})

describe('what it cannot do', () => {
  it.each(['What is the capital of France?', 'Write a poem about the sea.', ''])(
    'says so: %s',
    (question) => {
      expect(largeProgram.reply(question).text).toContain('could not find a reading')
    },
  )

  it('declines texts that are no question of a few sentences, quickly', () => {
    expect(largeProgram.reply('7 apples and '.repeat(20_000)).text).toContain('up to 1000 characters')
    expect(largeProgram.reply(`What is ${'1'.repeat(16)} + 1?`).text).toContain('up to 15 digits')
  })

  it('takes no guess for a result when no rule fits a sequence without saying so', () => {
    expect(largeProgram.reply('What comes next: 2, 3, 5, 7, 11, 13?').text).toContain('No rule fits')
  })
})

it('tries several readings and shows its working', () => {
  const { text, tried } = largeProgram.reply(
    'Omar has 20 cards. Ben has 10. He gives 5 cards to Omar. How many cards does Omar have now?',
  )
  expect(tried).toBeGreaterThan(1)
  expect(text).toContain('Omar has 25.')
})
