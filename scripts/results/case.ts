/** One case of one section, in a process of its own: `node scripts/results/case.ts <section> <case>` prints its result as JSON. */
import { SECTIONS } from './sections.ts'

const [, , name, one] = process.argv
const section = SECTIONS.find((section) => section.name === name)
if (section === undefined || one === undefined || !section.cases.includes(one)) {
  process.stderr.write(`no case ${one} in section ${name}\n`)
  process.exitCode = 2
} else process.stdout.write(`${await section.measure(one)}\n`)
