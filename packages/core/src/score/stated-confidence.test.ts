import { describe, expect, it } from 'vitest'
import { checkScorer } from '../suites/check-scorer.ts'
import { createStatedConfidenceScorer, parseStatedConfidence } from './stated-confidence.ts'

describe('parseStatedConfidence', () => {
  it.each<[string, number]>([
    ['Confidence: 85%', 0.85],
    ['**Confidence:** 85%', 0.85],
    ['**Confidence: 85%**', 0.85],
    ['Confidence = 0.9', 0.9],
    ['confidence 0.9', 0.9],
    ['confidence is .75.', 0.75],
    ['Confidence level: 70 percent', 0.7],
    ['My confidence score is 0.65', 0.65],
    ['confidence_score: 0.65', 0.65],
    ['confidence of 95%', 0.95],
    ['Confidence (0-100): 80', 0.8],
    ['Confidence [0 to 1]: 0.8', 0.8],
    ['Confidence: 80', 0.8],
    ['Confidence: 100', 1],
    ['Confidence: 1', 1],
    ['Confidence: 0', 0],
    ['Confidence: 0%', 0],
    ['Confidence: 1%', 0.01],
    ['Confidence: 7/10', 0.7],
    ['Confidence: 8 out of 10', 0.8],
    ['Confidence: 4 / 5', 0.8],
    ['Confidence: 85/100', 0.85],
    ['Confidence: 80-90%', 0.85],
    ['Confidence: 80% to 90%', 0.85],
    ['Confidence: 80–90 percent', 0.85],
    ['Confidence: ~85%', 0.85],
    ['Confidence: about 85%', 0.85],
    ['Confidence in my answer: 62%', 0.62],
    ['Certainty: 99.5%', 0.995],
    ['{"answer": "B", "confidence": 0.8}', 0.8],
    ['{"confidence":"90%"}', 0.9],
    ["I'm 90% sure that it is B.", 0.9],
    ['I am 75 percent confident in this.', 0.75],
    ['I am about 60% certain.', 0.6],
    ['With 95% confidence, the answer is 4.', 0.95],
    ['I am 100% sure.', 1],
    ['The probability that my answer is correct: 0.7', 0.7],
    ['probability of being right is 70%', 0.7],
    ['First I was 50% sure. Now, on reflection, Confidence: 90%', 0.9],
    ['Confidence: 90%. No wait, I am only 40% sure.', 0.4],
    ['The answer is B.\n\nConfidence:\n0.55', 0.55],
  ])('%s', (text, expected) => {
    expect(parseStatedConfidence(text)).toBeCloseTo(expected, 12)
  })

  it.each([
    '',
    'The answer is 85%.',
    'I am confident that the answer is 42.',
    'Confidence: high',
    // Of 10, of 5, or a percentage?
    'Confidence: 8',
    'Confidence: 150%',
    "I'm not 100% sure about this.",
    "I wouldn't be 90% sure.",
    'I am less than 50% sure.',
    'The 95% confidence interval is [2, 4].',
    'A 99% confidence level was used in the survey.',
    'The 95% confidence interval: 1.2 to 3.4 percent',
    'Build confidence in 30 days',
    'The probability of the event is 0.3.',
    'I assigned a probability of 0.0 to option D.',
    'a margin of 3% and 20 people',
  ])('states none: %s', (text) => {
    expect(parseStatedConfidence(text)).toBeUndefined()
  })
})

describe('createStatedConfidenceScorer', () => {
  it('keeps the contract', async () => {
    const query = { turns: [], tools: 0, images: 0, wantsJson: false }
    const inputs = ['Confidence: 85%', 'no idea', ''].map((text) => ({
      query,
      attempt: { model: 'a', answers: [{ text }] },
      earlier: [],
    }))
    await checkScorer(createStatedConfidenceScorer(), inputs)
    expect(await createStatedConfidenceScorer().score(inputs[0]!)).toEqual({ value: 0.85 })
    expect(await createStatedConfidenceScorer().score(inputs[1]!)).toEqual({})
  })
})
