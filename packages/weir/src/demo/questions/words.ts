/** The vocabulary of generated questions. */

export const GIRLS: readonly string[] = [
  'Anna',
  'Maria',
  'Lucy',
  'Nina',
  'Priya',
  'Sofia',
  'Emma',
  'Grace',
  'Hana',
  'Zoe',
]
export const BOYS: readonly string[] = [
  'Ben',
  'Tom',
  'Omar',
  'Liam',
  'Kofi',
  'Marco',
  'Felix',
  'Ravi',
  'Jack',
  'Hugo',
]
export const PEOPLE: readonly string[] = [...GIRLS, ...BOYS]

export const THINGS: readonly string[] = [
  'apples',
  'marbles',
  'stickers',
  'pencils',
  'books',
  'coins',
  'oranges',
  'cards',
  'cookies',
  'stamps',
  'shells',
  'balloons',
]

export const WORDS: readonly string[] = [
  'river',
  'lemon',
  'planet',
  'garden',
  'window',
  'basket',
  'silver',
  'rocket',
  'camera',
  'tunnel',
  'orange',
  'bottle',
  'mirror',
  'cat',
  'tree',
  'stone',
  'cloud',
  'bread',
  'horse',
  'level',
  'radar',
  'apple',
  'chair',
  'light',
  'paper',
  'sugar',
]

export const LONG_WORDS: readonly string[] = [
  'elephant',
  'umbrella',
  'mountain',
  'chocolate',
  'butterfly',
  'adventure',
  'strawberry',
  'helicopter',
  'watermelon',
  'basketball',
  'university',
  'dictionary',
  'playground',
  'crocodile',
  'telescope',
  'restaurant',
  'temperature',
  'imagination',
  'photograph',
]

export const MEMBERS: readonly string[] = [
  'red',
  'blue',
  'green',
  'yellow',
  'pink',
  'black',
  'white',
  'purple',
  'cat',
  'dog',
  'cow',
  'fox',
  'owl',
  'bee',
  'ant',
  'hen',
  'pear',
  'plum',
  'fig',
  'kiwi',
  'lime',
  'mango',
  'peach',
  'grape',
]

/** 0 to 99 in English. */
export function spellNumber(value: number): string {
  const small =
    'zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen eighteen nineteen'.split(
      ' ',
    )
  const tens = 'x ten twenty thirty forty fifty sixty seventy eighty ninety'.split(' ')
  if (value < 20) return small[value] ?? String(value)
  const unit = value % 10
  return `${tens[Math.floor(value / 10)]}${unit === 0 ? '' : `-${small[unit]}`}`
}

/** 1st, 2nd, 3rd, 4th, 11th, 22nd. */
export function spellOrdinal(value: number): string {
  const ending = value % 100 >= 11 && value % 100 <= 13 ? undefined : ['st', 'nd', 'rd'][(value % 10) - 1]
  return `${value}${ending ?? 'th'}`
}

export function capital(word: string): string {
  return word.charAt(0).toUpperCase() + word.slice(1)
}

/** Joins as English does: a, b and c. */
export function joinAnd(items: readonly string[]): string {
  return items.length < 2 ? items.join('') : `${items.slice(0, -1).join(', ')} and ${items.at(-1)}`
}

/** Rounds half away from zero at `places` decimals, against the drift of binary fractions. */
export function round(value: number, places: number): number {
  const scale = 10 ** places
  return (Math.sign(value) * Math.round(Math.abs(value) * scale + 1e-9)) / scale
}
