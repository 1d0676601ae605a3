#!/usr/bin/env node
/**
 * Starts the command line. Inside the workspace it runs the TypeScript sources, in a published package the built files.
 * Plain JavaScript that any Node parses, so that an old one gets a sentence instead of a syntax error.
 */
import { existsSync } from 'node:fs'
import module from 'node:module'

const [major, minor] = process.versions.node.split('.').map(Number)
if (major < 22 || (major === 22 && minor < 19)) {
  process.stderr.write(
    `weir needs Node 22.19 or newer, this is ${process.versions.node}. Inside the workspace run it as "npx weir" or through ` +
      'npm scripts: npm ci brings Node 24.\n',
  )
  process.exit(2)
}
module.enableCompileCache?.()
const source = new URL('../src/cli/main.ts', import.meta.url)
const { main } = await import(
  existsSync(source) ? source.href : new URL('../dist/cli/main.js', import.meta.url).href
)
await main(process.argv)
