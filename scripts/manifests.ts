/**
 * Renders deploy/kubernetes/weir.yaml from the Helm chart with its own values, for people without Helm. The file names the chart that it was
 * made from by a hash, so that a test without Helm can tell when it is out of date.
 *
 *   npm run manifests             needs helm on the PATH (or HELM=path)
 */
import { execFileSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

const ROOT = join(import.meta.dirname, '..')
export const CHART: string = join(ROOT, 'deploy/helm/weir')
export const MANIFESTS: string = join(ROOT, 'deploy/kubernetes/weir.yaml')
/** Oldest that is promised would be 1.27; this one is what the file is rendered for. */
const KUBE_VERSION = '1.31.0'

/** Over names and contents of the chart's files, in the order of their names. */
export function hashChart(): string {
  const files = readdirSync(CHART, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
    .toSorted()
  const hash = createHash('sha256')
  for (const file of files) hash.update(file.slice(CHART.length)).update('\0').update(readFileSync(file))
  return hash.digest('hex')
}

if (import.meta.main) {
  const helm = process.env['HELM'] ?? 'helm'
  execFileSync(helm, ['lint', '--strict', CHART], { stdio: 'inherit' })
  const rendered = execFileSync(
    helm,
    ['template', 'weir', CHART, '--namespace', 'weir', '--kube-version', KUBE_VERSION],
    { encoding: 'utf8' },
  )
  const head = [
    '# Made by "npm run manifests" from deploy/helm/weir; do not edit. Needs the namespace weir, the ConfigMap weir-artifact and the Secret',
    '# weir-keys (docs/deploy.md): kubectl apply -f deploy/kubernetes/weir.yaml',
    `# chart: ${hashChart()}`,
    '',
  ]
  writeFileSync(MANIFESTS, head.join('\n') + rendered)
}
