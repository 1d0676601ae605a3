/** Percentages: parts, changes, reversals, and fractions of amounts. */
import { numberAnswer } from '../answer.ts'
import type { Draw } from '../draw.ts'
import type { Category, Draft } from '../question.ts'
import { PEOPLE, round } from './words.ts'

function partOf(draw: Draw): Draft {
  const [percent, whole] = [draw.int(1, 19) * 5, draw.int(2, 60) * 10]
  const prompt = draw.pick([
    `What is ${percent}% of ${whole}?`,
    `Calculate ${percent}% of ${whole}.`,
    `What is ${percent} percent of ${whole}?`,
    `How much is ${percent}% of ${whole}?`,
    `Find ${percent} percent of ${whole}.`,
  ])
  return { prompt, answer: numberAnswer(round((percent * whole) / 100, 2), 2) }
}

function fractionOf(draw: Draw): Draft {
  const [part, whole, name] = draw.pick([
    [1, 2, 'half'],
    [1, 4, 'a quarter'],
    [1, 3, 'a third'],
    [3, 4, 'three quarters'],
    [2, 3, 'two thirds'],
    [2, 5, '2/5'],
  ] as const)
  const amount = whole * draw.int(3, 30)
  return {
    prompt: draw.pick([`What is ${name} of ${amount}?`, `How much is ${name} of ${amount}?`]),
    answer: numberAnswer((amount / whole) * part),
  }
}

function change(draw: Draw): Draft {
  const [percent, price] = [draw.int(1, 9) * 5, draw.int(2, 30) * 20]
  const isUp = draw.chance(0.45)
  const value = round(price * (1 + (isUp ? percent : -percent) / 100), 2)
  const prompt = isUp
    ? draw.pick([
        `Increase ${price} by ${percent}%.`,
        `A salary of $${price} rises by ${percent}%. What is the new salary?`,
        `The price of a bicycle is $${price}. It goes up by ${percent}%. What is the new price?`,
      ])
    : draw.pick([
        `Decrease ${price} by ${percent}%.`,
        `A jacket costs $${price} and is reduced by ${percent}%. What does it cost now?`,
        `A phone costs $${price}. There is a ${percent}% discount. What is the final price?`,
      ])
  return { prompt, answer: numberAnswer(value, 2) }
}

function whichPercent(draw: Draw): Draft {
  const [percent, whole] = [draw.int(1, 19) * 5, draw.int(1, 20) * 20]
  const part = (percent * whole) / 100
  const prompt = draw.pick([
    `What percent of ${whole} is ${part}?`,
    `${part} is what percentage of ${whole}?`,
    `${draw.pick(PEOPLE)} answers ${part} of ${whole} questions correctly. What percentage is that?`,
  ])
  return { prompt, answer: numberAnswer(percent) }
}

function changeInPercent(draw: Draw): Draft {
  const [percent, base] = [draw.int(1, 16) * 5, draw.int(2, 20) * 20]
  const isUp = draw.chance(0.5)
  const end = round(base * (1 + (isUp ? percent : -percent) / 100), 2)
  return {
    prompt: `A price ${isUp ? 'rises' : 'falls'} from $${base} to $${end}. By what percentage does it ${isUp ? 'rise' : 'fall'}?`,
    answer: numberAnswer(percent),
  }
}

function twice(draw: Draw): Draft {
  const [first, second, price] = [draw.int(1, 6) * 5, draw.int(1, 6) * 5, draw.int(3, 20) * 20]
  const [prompt, value] = draw.pick([
    [
      `A price of $${price} is raised by ${first}% and then lowered by ${second}%. What is the final price?`,
      price * (1 + first / 100) * (1 - second / 100),
    ],
    [
      `A coat costs $${price}. First it is discounted by ${first}%, then by another ${second}%. What is the final price?`,
      price * (1 - first / 100) * (1 - second / 100),
    ],
    [
      `$${price} is invested at ${first}% interest per year, compounded yearly. How much is there after 2 years?`,
      price * (1 + first / 100) ** 2,
    ],
  ] as const)
  return { prompt: `${prompt} Round to 2 decimals.`, answer: numberAnswer(round(value, 2), 2) }
}

function reversed(draw: Draw): Draft {
  const [percent, whole] = [draw.int(1, 8) * 5, draw.int(2, 20) * 20]
  const paid = round(whole * (1 - percent / 100), 2)
  const [prompt, value] = draw.pick([
    [`After a ${percent}% discount a bag costs $${paid}. What was the original price?`, whole],
    [`${percent}% of a number is ${(percent * whole) / 100}. What is the number?`, whole],
    [
      `The price including ${percent}% tax is $${round(whole * (1 + percent / 100), 2)}. What is the price without tax?`,
      whole,
    ],
  ] as const)
  return { prompt, answer: numberAnswer(value, 2) }
}

/** A percentage and an amount in one story. */
function withAmount(draw: Draw): Draft {
  const [price, percent, amount] = [draw.int(4, 30) * 20, draw.int(1, 6) * 5, draw.int(3, 15)]
  const value = round(price * (1 - percent / 100), 2)
  const [prompt, result] = draw.pick([
    [
      `A table costs $${price}. It is discounted by ${percent}% and delivery costs $${amount} more. What is the total?`,
      value + amount,
    ],
    [
      `A camera costs $${price}. After a ${percent}% discount a voucher takes off another $${amount}. What is paid?`,
      value - amount,
    ],
  ] as const)
  return { prompt, answer: numberAnswer(round(result, 2), 2) }
}

export const percents: Category = {
  name: 'percents',
  makers: [
    [8, partOf],
    [2, fractionOf],
    [4, change],
    [2, whichPercent],
    [1, changeInPercent],
    [2, twice],
    [1, reversed],
    [1, withAmount],
  ],
}
