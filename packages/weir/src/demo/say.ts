/** What the demo prints besides its table: the commands to copy and how to go on with models of one's own. */
import type { LocalServer } from './local-servers.ts'

/** One step and easy wording: the small program can do it. */
export const EASY_QUESTION = 'What is 15% of 80?'
/** Several steps: only the large program follows them. */
export const HARD_QUESTION =
  'Anna has 24 marbles. Ben has twice as many marbles as Anna. Ben gives 9 marbles to Anna. How many marbles does Ben have now?'

export function writeCommands(url: string): string {
  const chat = `${url}/v1/chat/completions`
  const json = "-H 'content-type: application/json'"
  return [
    'Three commands to copy into another terminal:',
    '',
    '# an easy question: the small model answers',
    `curl -s ${chat} ${json} -d '${body(EASY_QUESTION)}'`,
    '',
    '# a harder one at a high quality level; the x-weir-… headers say which model answered and why',
    `curl -si ${chat} ${json} -H 'x-weir-quality: 0.99' -d '${body(HARD_QUESTION)}'`,
    '',
    '# only decide, call nobody',
    `curl -s ${url}/v1/weir/route ${json} -d '${body('What day of the week is May 1, 2027?')}'`,
    '',
  ].join('\n')
}

function body(content: string): string {
  return JSON.stringify({ model: 'weir', messages: [{ role: 'user', content }] })
}

/** A configuration with the first two models of a local server; which of them is the better one only its owner knows. */
export function writeLocalServer({ name, baseUrl, models }: LocalServer): string {
  const [first = '', second] = models
  const isMany = second !== undefined
  return [
    `${name} answers at ${baseUrl} with ${models.length} ${isMany ? 'models' : 'model'}. ${isMany ? 'To route between two of them' : 'To use it'}, write weir.yaml:`,
    '',
    'models:',
    entry(first, baseUrl),
    entry(second ?? 'a-larger-model', isMany ? baseUrl : 'https://api.openai.com/v1'),
    '',
  ].join('\n')
}

function entry(model: string, baseUrl: string): string {
  return `  ${JSON.stringify(model)}:\n    baseUrl: ${baseUrl}`
}
