/**
 * What a part of a program needs that neither decides nor learns: JSON in, and errors. An entry of its own, so that a worker thread that
 * only writes rows does not load the library: that costs each thread about 19 MiB.
 */
export { isRecord, parseJson } from './contract/json.ts'
export { isWeirError, WeirError } from './contract/errors.ts'
