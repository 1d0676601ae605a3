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
    'Four commands to copy into another terminal:',
    '',
    '# an easy question: the small model answers',
    `curl -sw '\\n' ${chat} ${json} -d '${body(EASY_QUESTION)}'`,
    '',
    '# a harder one at a high quality level; the x-weir-… headers say which model answered and why',
    `curl -siw '\\n' ${chat} ${json} -H 'x-weir-quality: 0.99' -d '${body(HARD_QUESTION)}'`,
    '',
    '# the same with the small answer read first: given when it is good enough, else escalated',
    `curl -siw '\\n' ${chat} ${json} -H 'x-weir-policy: cascade' -d '${body(HARD_QUESTION)}'`,
    '',
    '# only decide, call nobody',
    `curl -sw '\\n' ${url}/v1/weir/route ${json} -d '${body('What day of the week is May 1, 2027?')}'`,
    '',
  ].join('\n')
}

function body(content: string): string {
  return JSON.stringify({ model: 'weir', messages: [{ role: 'user', content }] })
}

/** How to route between two models of a local server; which of them is the better one only its owner knows. */
export function writeLocalServer(server: LocalServer): string {
  const { name, baseUrl, models } = server
  const [small = '', large = 'a-larger-model'] = models
  return [
    `${name} answers at ${baseUrl} and has ${models.slice(0, 4).join(', ')}${models.length > 4 ? ', …' : ''}.`,
    'To route between two of its models, write weir.yaml (swap small and large if it is the other way round):',
    '',
    writeConfig(server),
    'A router needs scored answers of both models first (docs/outcomes.md), then:',
    '',
    `  npx weir train --data outcomes.jsonl --small ${small} --large ${large} --out router.weir.json`,
    '  npx weir serve --config weir.yaml',
    '',
  ].join('\n')
}

/** weir.yaml for the first two models; a server with one model gets a second one to fill in. */
export function writeConfig({ baseUrl, models }: LocalServer): string {
  const [small = '', large] = models
  return [
    'artifact: router.weir.json',
    `small: ${JSON.stringify(small)}`,
    `large: ${JSON.stringify(large ?? 'a-larger-model')}`,
    'models:',
    ...entry(small, baseUrl),
    ...(large === undefined ? entry('a-larger-model', 'https://example.com/v1') : entry(large, baseUrl)),
    '',
  ].join('\n')
}

function entry(model: string, url: string): readonly string[] {
  return [`  ${JSON.stringify(model)}:`, `    baseUrl: ${url}`]
}
