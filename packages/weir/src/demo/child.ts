/** Process of one demo program: serves on a free port, tells its parent where, and ends with it. Started by fleet.ts only. */
import { DEMO_MODELS } from './fleet.ts'
import { startModelServer } from './model-server.ts'

const model = DEMO_MODELS.find(({ program }) => program.model === process.argv[2])
if (model === undefined) process.exit(2)
// Ctrl-C in a terminal reaches the whole group: the parent drains first and then ends this process.
process.on('SIGINT', () => undefined)
process.on('SIGTERM', () => process.exit(0))
process.on('disconnect', () => process.exit(0))
const server = await startModelServer(model.program, { msPerToken: model.msPerToken })
process.send?.({ url: server.url })
