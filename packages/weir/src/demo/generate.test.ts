import { createHash } from 'node:crypto'
import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { gradeAnswer, type Answer } from './answer.ts'
import { CATEGORIES, DEMO_VERSION, generateQuestions } from './generate.ts'
import { largeProgram } from './large/program.ts'
import type { Question } from './question.ts'
import type { Program } from './read.ts'
import { smallProgram } from './small/program.ts'

const seeds = fc.integer({ min: 0, max: 1_000_000 })
const questions = generateQuestions({ seed: 77, count: 2000 })

function share(program: Program, some: readonly Question[]): number {
  const right = some.filter(({ prompt, answer }) => gradeAnswer(answer, program.reply(prompt).text) === 1)
  return right.length / some.length
}

function write(answer: Answer): string {
  switch (answer.kind) {
    case 'number':
      return String(answer.value)
    case 'date':
      return answer.iso
    case 'text':
      return answer.text
    case 'set':
    case 'list':
      return answer.items.join(', ') || 'none'
  }
}

describe('the generator', () => {
  it('gives the same questions for the same seed and others for another', () => {
    fc.assert(
      fc.property(seeds, (seed) => {
        const once = generateQuestions({ seed, count: 30 })
        expect(generateQuestions({ seed, count: 30 })).toEqual(once)
        expect(generateQuestions({ seed: seed + 1, count: 30 }).map(({ prompt }) => prompt)).not.toEqual(
          once.map(({ prompt }) => prompt),
        )
      }),
      { numRuns: 20 },
    )
  })

  it('never asks twice, nor what it is told to leave out', () => {
    const prompts = new Set(questions.map(({ prompt }) => prompt))
    const fresh = generateQuestions({ seed: 77, count: 500, except: prompts })
    expect(prompts.size).toBe(questions.length)
    expect(fresh.some(({ prompt }) => prompts.has(prompt))).toBe(false)
    expect(new Set(questions.map(({ id }) => id)).size).toBe(questions.length)
  })

  it('gives known answers that the grader takes for right and unknown ones for wrong', () => {
    fc.assert(
      fc.property(seeds, (seed) => {
        for (const { answer, prompt } of generateQuestions({ seed, count: 60 })) {
          expect(gradeAnswer(answer, write(answer)), prompt).toBe(1)
          expect(gradeAnswer(answer, "I don't know."), prompt).toBe(0)
        }
      }),
      { numRuns: 20 },
    )
  })

  it('asks whole, finite, sensible numbers', () => {
    for (const { answer, prompt } of questions) {
      if (answer.kind === 'number') expect(Number.isFinite(answer.value), prompt).toBe(true)
      expect(prompt).not.toMatch(/undefined|NaN|Infinity|\d\.\d{5}/)
    }
  })

  it('covers every category about equally', () => {
    for (const { name } of CATEGORIES) {
      const of = questions.filter(({ category }) => category === name).length
      expect(of, name).toBeGreaterThan(150)
      expect(of, name).toBeLessThan(260)
    }
  })
})

describe('an independent check of the answers', () => {
  /** The program reads the English and computes; the generator never does. Where both were wrong alike this would not see it. */
  it('finds most of them computed alike, in each category', () => {
    for (const { name } of CATEGORIES) {
      expect(
        share(
          largeProgram,
          questions.filter(({ category }) => category === name),
        ),
        name,
      ).toBeGreaterThan(0.8)
    }
  })

  it("agrees with the platform's calendar", () => {
    for (const { prompt, answer } of questions) {
      const found = /^What day of the week is (.*)\?$/.exec(prompt)
      if (found === null || answer.kind !== 'text') continue
      const day = new Date(`${found[1]} UTC`).toLocaleDateString('en-US', {
        weekday: 'long',
        timeZone: 'UTC',
      })
      expect(answer.text, prompt).toBe(day)
    }
  })
})

describe('the pair', () => {
  it('is far enough apart to route, and neither perfect nor hopeless', () => {
    const [small, large] = [share(smallProgram, questions), share(largeProgram, questions)]
    expect(small).toBeGreaterThan(0.5)
    expect(small).toBeLessThan(0.65)
    expect(large).toBeGreaterThan(0.9)
    expect(large).toBeLessThan(0.97)
  })

  it('has both easy and hard questions in each category: the category alone does not decide', () => {
    for (const { name } of CATEGORIES) {
      const small = share(
        smallProgram,
        questions.filter(({ category }) => category === name),
      )
      expect(small, name).toBeGreaterThan(0.3)
      expect(small, name).toBeLessThan(0.8)
    }
  })

  it('is the one of this version: when this fails, raise DEMO_VERSION, so that nobody keeps outcomes of other programs', () => {
    const hash = createHash('sha256')
    for (const { prompt, answer } of questions.slice(0, 1000)) {
      const replies = [smallProgram, largeProgram].map((program) => program.reply(prompt).text)
      hash.update(JSON.stringify([prompt, answer, ...replies]))
    }
    expect({ version: DEMO_VERSION, fingerprint: hash.digest('hex').slice(0, 16) }).toEqual({
      version: 1,
      fingerprint: 'b980476f41442f68',
    })
  })
})
