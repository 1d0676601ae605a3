/**
 * What is deployed holds what docs/deploy.md promises. Helm and the container engine are not needed: the manifests are checked as rendered, the
 * Dockerfile and the unit by their instructions. (Rendering, `helm lint` and a strict decode by Kubernetes' own types are steps of a release.)
 */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { parse, parseAllDocuments } from 'yaml'
import { isRecord } from '@weir/core'
import { parseConfig, parseWritten } from '../packages/weir/src/config/load.ts'
import { hashChart, MANIFESTS } from './manifests.ts'

const ROOT = join(import.meta.dirname, '..')
const read = (path: string): string => readFileSync(join(ROOT, path), 'utf8')

type Tree = Record<string, unknown>

/** Value at a path of keys and positions. */
function at(tree: unknown, ...path: readonly (string | number)[]): unknown {
  return path.reduce<unknown>(
    (node, step) =>
      Array.isArray(node) ? node[Number(step)] : isRecord(node) ? node[String(step)] : undefined,
    tree,
  )
}

/** Longest that a running request may go on when weir is told to stop, seconds: of the code. */
const drainSeconds =
  Number(
    /const DRAIN_MS = ([\d_]+)/.exec(read('packages/weir/src/gateway/start.ts'))?.[1]?.replaceAll('_', ''),
  ) / 1000

describe('deploy/kubernetes/weir.yaml', () => {
  const text = readFileSync(MANIFESTS, 'utf8')
  const documents = parseAllDocuments(text).map((document) => document.toJS() as Tree)
  const of = (kind: string): Tree => documents.find((document) => document['kind'] === kind) ?? {}
  const pod = at(of('Deployment'), 'spec', 'template', 'spec')
  const container = at(pod, 'containers', 0)

  it('is what the chart renders', () => {
    expect(text.includes(`# chart: ${hashChart()}\n`), 'run "npm run manifests" (needs helm)').toBe(true)
  })

  it('has each kind once, in the version that is served today, all in one namespace and labelled', () => {
    expect(
      documents.map(({ apiVersion, kind }) => `${String(apiVersion)} ${String(kind)}`).toSorted(),
    ).toEqual([
      'apps/v1 Deployment',
      'autoscaling/v2 HorizontalPodAutoscaler',
      'networking.k8s.io/v1 NetworkPolicy',
      'policy/v1 PodDisruptionBudget',
      'v1 ConfigMap',
      'v1 Service',
      'v1 ServiceAccount',
    ])
    for (const document of documents) {
      expect(at(document, 'metadata', 'namespace')).toBe('weir')
      expect(at(document, 'metadata', 'labels', 'app.kubernetes.io/name')).toBe('weir')
    }
  })

  it('selects the pods that it makes', () => {
    const labels = at(of('Deployment'), 'spec', 'template', 'metadata', 'labels') as Tree
    const selectors = [
      at(of('Deployment'), 'spec', 'selector', 'matchLabels'),
      at(of('Service'), 'spec', 'selector'),
      at(of('PodDisruptionBudget'), 'spec', 'selector', 'matchLabels'),
      at(of('NetworkPolicy'), 'spec', 'podSelector', 'matchLabels'),
      at(pod, 'topologySpreadConstraints', 0, 'labelSelector', 'matchLabels'),
    ]
    for (const selector of selectors) {
      expect(Object.keys(selector as Tree).length).toBeGreaterThan(0)
      expect(labels).toMatchObject(selector as Tree)
    }
    expect(at(of('HorizontalPodAutoscaler'), 'spec', 'scaleTargetRef', 'name')).toBe(
      at(of('Deployment'), 'metadata', 'name'),
    )
  })

  it('leaves scaling to the autoscaler, and keeps serving while it rolls', () => {
    expect(at(of('Deployment'), 'spec', 'replicas')).toBeUndefined()
    expect(Number(at(of('HorizontalPodAutoscaler'), 'spec', 'minReplicas'))).toBeGreaterThan(1)
    expect(at(of('Deployment'), 'spec', 'strategy', 'rollingUpdate', 'maxUnavailable')).toBe(0)
  })

  it('gives a stopping pod more time than its sleep and the drain take together', () => {
    const [, sleep] = at(container, 'lifecycle', 'preStop', 'exec', 'command') as string[]
    expect(drainSeconds).toBe(25)
    expect(Number(at(pod, 'terminationGracePeriodSeconds'))).toBeGreaterThan(Number(sleep) + drainSeconds)
  })

  it('runs with as few rights as it can', () => {
    expect(at(pod, 'securityContext')).toMatchObject({
      runAsNonRoot: true,
      runAsUser: expect.any(Number),
      seccompProfile: { type: 'RuntimeDefault' },
    })
    expect(at(container, 'securityContext')).toEqual({
      allowPrivilegeEscalation: false,
      readOnlyRootFilesystem: true,
      privileged: false,
      capabilities: { drop: ['ALL'] },
    })
    expect(at(pod, 'automountServiceAccountToken')).toBe(false)
    for (const key of ['hostNetwork', 'hostPID', 'hostIPC']) expect(at(pod, key)).toBeUndefined()
  })

  it('asks for resources, and names its image by a version', () => {
    expect(at(container, 'resources')).toMatchObject({
      requests: { cpu: expect.any(String), memory: expect.any(String) },
      limits: { memory: expect.any(String) },
    })
    expect(at(container, 'image')).toMatch(/^[^:]+(?::\d+\.\d+\.\d+|@sha256:[0-9a-f]{64})$/)
  })

  it('has every volume that it mounts, as folders, and every port that is named', () => {
    const volumes = (at(pod, 'volumes') as Tree[]).map(({ name }) => name)
    const mounts = at(container, 'volumeMounts') as Tree[]
    expect(new Set(mounts.map(({ name }) => name))).toEqual(new Set(volumes))
    for (const mount of mounts) expect(mount['subPath']).toBeUndefined()
    const ports = (at(container, 'ports') as Tree[]).map(({ name }) => name)
    const named = [
      at(of('Service'), 'spec', 'ports', 0, 'targetPort'),
      at(of('NetworkPolicy'), 'spec', 'ingress', 0, 'ports', 0, 'port'),
      ...['startupProbe', 'readinessProbe', 'livenessProbe'].map((probe) =>
        at(container, probe, 'httpGet', 'port'),
      ),
    ]
    for (const port of named) expect(ports).toContain(port)
  })

  it('asks the paths that the gateway has', () => {
    const app = read('packages/weir/src/gateway/app.ts')
    for (const probe of ['startupProbe', 'readinessProbe', 'livenessProbe'])
      expect(app).toContain(`'${String(at(container, probe, 'httpGet', 'path'))}'`)
  })

  it('carries a weir.yaml that weir reads, whose keys come from Secrets and whose files are mounted', () => {
    const file = String(at(of('ConfigMap'), 'data', 'weir.yaml'))
    const { written } = parseWritten('weir.yaml', file)
    // Everything that weir serve checks before it reads the artifact.
    expect(() => parseConfig({ text: file, path: 'weir.yaml', env: { OPENAI_API_KEY: 'x' } })).not.toThrow()
    expect(written.listen).toMatchObject({
      host: '0.0.0.0',
      port: at(container, 'ports', 0, 'containerPort'),
    })
    const variables = Object.values(written.models).flatMap(({ apiKey }) => apiKey?.replace('env:', '') ?? [])
    const env = at(container, 'env') as Tree[]
    expect(variables.length).toBeGreaterThan(0)
    expect(env.map(({ name }) => name)).toEqual(expect.arrayContaining(variables))
    for (const entry of env) {
      expect(entry['value']).toBeUndefined()
      expect(at(entry, 'valueFrom', 'secretKeyRef', 'name')).toEqual(expect.any(String))
    }
    const mounts = (at(container, 'volumeMounts') as Tree[]).map(({ mountPath }) => String(mountPath))
    expect(mounts.some((mount) => written.artifact?.startsWith(`${mount}/`))).toBe(true)
    expect(text).not.toMatch(/kind: Secret\b/)
  })

  it('lets out no more than name lookup, HTTPS and what is named, and not to the addresses of cloud credentials', () => {
    const egress = at(of('NetworkPolicy'), 'spec', 'egress') as Tree[]
    expect(at(of('NetworkPolicy'), 'spec', 'policyTypes')).toEqual(['Ingress', 'Egress'])
    const everywhere = egress.filter((rule) => at(rule, 'to', 0, 'ipBlock') !== undefined)
    for (const rule of everywhere) {
      expect(at(rule, 'to', 0, 'ipBlock', 'except')).toContain('169.254.0.0/16')
      expect(at(rule, 'ports')).toEqual([{ port: 443, protocol: 'TCP' }])
    }
    const open = egress.filter((rule) => rule['to'] === undefined)
    expect(open.flatMap((rule) => (rule['ports'] as Tree[]).map(({ port }) => port))).toEqual([53, 53])
  })
})

describe('deploy/docker/Dockerfile', () => {
  const text = read('deploy/docker/Dockerfile').replace(/\\\n\s*/g, ' ')
  const lines = text.split('\n').filter((line) => line !== '' && !line.startsWith('#'))
  const instructions = lines.map((line) => {
    const [name = '', ...rest] = line.split(' ')
    return { name, rest: rest.join(' ') }
  })
  const last = instructions.slice(instructions.findLastIndex(({ name }) => name === 'FROM'))
  const only = (name: string): string | undefined => last.findLast((one) => one.name === name)?.rest

  it('has several stages from one base with a version, and copies into the last', () => {
    const base = /^NODE_IMAGE=node:(\d+)-\w+-slim$/.exec(
      instructions.find(({ name }) => name === 'ARG')?.rest ?? '',
    )
    expect(base?.[1]).toBe(read('.nvmrc').trim())
    expect(instructions.filter(({ name }) => name === 'FROM').length).toBeGreaterThan(1)
    expect(last.filter(({ name }) => name === 'COPY').every(({ rest }) => rest.startsWith('--from='))).toBe(
      true,
    )
  })

  it('installs from the lock file only, and runs no code of packages', () => {
    const installs = instructions.filter(
      ({ name, rest }) => name === 'RUN' && /npm (?:ci|i|install)\b/.test(rest),
    )
    expect(installs.length).toBe(2)
    for (const { rest } of installs) expect(rest).toMatch(/^npm ci .*--ignore-scripts/)
    expect(text).not.toMatch(/\b(?:curl|wget|ADD|apt-get|sudo)\b|:latest/)
  })

  it('runs as a user who is not root, with a health check, and gets the signals itself', () => {
    expect(only('USER')).toMatch(/^[1-9]\d*:[1-9]\d*$/)
    expect(only('HEALTHCHECK')).toContain('/health/liveness')
    expect(JSON.parse(only('ENTRYPOINT') ?? '')).toEqual(['node', '/app/node_modules/weir/bin/weir.js'])
    expect(JSON.parse(only('CMD') ?? '')).toEqual(['serve', '--config', '/etc/weir/weir.yaml'])
    expect(only('STOPSIGNAL')).toBe('SIGTERM')
  })

  it('keeps secrets and everything unknown out of the context', () => {
    expect(text).not.toMatch(/API_KEY|TOKEN|PASSWORD/)
    const ignored = read('.dockerignore').split('\n')
    expect(ignored[0]).toBe('**')
    expect(ignored.filter((line) => line.startsWith('!')).length).toBeGreaterThan(3)
  })
})

describe('deploy/systemd/weir.service', () => {
  const entries = read('deploy/systemd/weir.service')
    .split('\n')
    .filter((line) => /^\w+=/.test(line))
    .map((line) => line.split(/=(.*)/s) as [string, string])
  const values = (key: string): readonly string[] =>
    entries.filter(([name]) => name === key).map(([, value]) => value)

  it('runs as a user of its own without rights, and writes its state folder only', () => {
    expect(values('DynamicUser')).toEqual(['yes'])
    expect(values('ProtectSystem')).toEqual(['strict'])
    expect(values('NoNewPrivileges')).toEqual(['yes'])
    expect(values('CapabilityBoundingSet')).toEqual([''])
    expect(values('StateDirectory')).toEqual(['weir'])
  })

  it('stops later than weir drains, and checks before it reloads', () => {
    expect(Number(values('TimeoutStopSec')[0])).toBeGreaterThan(drainSeconds)
    expect(values('ExecReload')[0]).toContain('config check')
    expect(values('ExecReload')[1]).toContain('-HUP')
  })

  it('has no key in it', () => {
    expect(values('EnvironmentFile')).toEqual(['/etc/weir/keys.env'])
    expect(values('Environment')).toEqual(['NODE_ENV=production'])
  })
})

it('the values of the chart have a schema that knows each of them', () => {
  const values = parse(read('deploy/helm/weir/values.yaml')) as Tree
  const schema = JSON.parse(read('deploy/helm/weir/values.schema.json')) as { properties: Tree }
  expect(Object.keys(values).filter((key) => schema.properties[key] === undefined)).toEqual([])
})
