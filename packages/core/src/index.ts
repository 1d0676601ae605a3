/** The public names of @weir/core, written by hand. */
export * from './contract/index.ts'
export { createRng, shuffle, type Rng } from './math/rng.ts'
export {
  parseAsk,
  parseMode,
  parsePolicy,
  parseQuality,
  type Ask,
  type AskSources,
  type ValueAsk,
} from './request/ask.ts'
export { parseChatBody, queryFromOutcome, queryFromPrompt } from './request/query.ts'
export {
  decide,
  serve,
  type Call,
  type River,
  type Served,
  type Probe,
  type Service,
  type AttemptVerdict,
} from './serve.ts'
export {
  createCascadeRoutingPolicy,
  type CascadeRoutingOptions,
  type StateCovariance,
} from './decide/cascade-routing.ts'
export { chooseFromStrengths, type LeaderboardOptions } from './decide/leaderboard.ts'
export { RATING_PROMPT, readLargeWinRate } from './estimate/rating.ts'
export { mixTwoPoints } from './math/two-points.ts'
export {
  assignBatch,
  leastCost,
  listPareto,
  type Assignment,
  type AssignOptions,
  type BatchEstimates,
  type ParetoPoint,
} from './decide/assign.ts'
export {
  chooseKnapsack,
  chooseUntil,
  weighVotes,
  type Member,
  type Objective,
  type UntilOptions,
  type Vote,
} from './decide/subset.ts'
export { createSubsetPolicy, type SubsetPolicyOptions } from './decide/subset-policy.ts'
export { createUtilityPolicy, type UtilityPolicyOptions } from './decide/utility.ts'
export {
  fitCascadeRouting,
  replayFamily,
  replayPool,
  weightsWithin,
  type CascadeRoutingFit,
  type CascadeRoutingTraining,
  type PoolTrials,
} from './cascade-routing.ts'
export {
  createCascadeRoutingService,
  createPoolRiver,
  familyThresholds,
  weightsAt,
  type CascadeRoutingParameters,
  type CascadeRoutingServiceOptions,
} from './cascade-routing-service.ts'
export {
  fromStoredCascadeRouting,
  toStoredCascadeRouting,
  type StoredCascadeRouting,
} from './stored-cascade-routing.ts'
export { createCascadePolicy, type CascadePolicyOptions, type CascadeStage } from './decide/cascade.ts'
export {
  chooseArm,
  createBestOfNPolicy,
  priceArms,
  type ArmUse,
  type BestOfNPolicyOptions,
  type PricedArm,
} from './decide/best-of-n.ts'
export {
  createBestOfNService,
  trainBestOfN,
  type StoredBestOfN,
  type StoredSelector,
  type TrainBestOfNOptions,
} from './best-of-n.ts'
export { createPluralitySelector } from './score/select.ts'
export { spent, withCaps, type Caps, type Spent } from './decide/caps.ts'
export type { Scoring } from './score/judge.ts'
export {
  calibrateConfidence,
  type ConfidenceCalibration,
  type IsotonicCalibration,
  type PlattCalibration,
} from './score/confidence.ts'
export { createConfidenceEstimator } from './score/confidence-estimator.ts'
export {
  checkNeeds,
  createScorers,
  type ScorerSpec,
  type ScorersOptions,
  type UpstreamStatement,
} from './score/create-scorers.ts'
export type { AskExternal, AskModel, ExternalRequest, ModelRequest } from './score/extra-call.ts'
export { createLogprobScorer } from './score/logprob.ts'
export { createLogprobMinimumScorer } from './score/logprob-minimum.ts'
export { createFirstTokenMarginScorer } from './score/first-token-margin.ts'
export { createEntropyScorer } from './score/entropy.ts'
export { accumulatedDoubt, createAccumulatedScorer, type AccumulatedOptions } from './score/accumulated.ts'
export { createStatedConfidenceScorer, parseStatedConfidence } from './score/stated-confidence.ts'
export { createSelfCheckScorer, SELF_CHECK_PROMPT, type SelfCheckOptions } from './score/self-check.ts'
export { yesProbability, type YesNoWords } from './score/yes-probability.ts'
export { createJudgeScorer, JUDGE_PROMPT, parseGrade, type JudgeOptions } from './score/judge-model.ts'
export { createExternalScorer } from './score/external.ts'
export {
  createAgreementScorer,
  pluralityOf,
  type AgreementMode,
  type AgreementOptions,
  type Plurality,
} from './score/agreement.ts'
export { finalAnswerOf, type FinalAnswerMode } from './score/final-answer.ts'
export { createFailedChecks, createValidityScorer, type ValidityOptions } from './score/validity.ts'
export type { Check, CheckEffects, CheckName } from './score/checks.ts'
export { createSchemaCheck, type MatchesSchema } from './score/json-schema.ts'
export type { ConfidenceTransform } from './score/tail-log.ts'
export {
  fitConfidence,
  LEAST_LABELS,
  type ConfidenceOptions,
  type LabelledConfidence,
} from './learn/fit-confidence.ts'
export {
  cascadeWithin,
  LABEL_WEIGHT,
  searchCascades,
  type CascadeSearchOptions,
  type FoundCascade,
} from './learn/search-cascade.ts'
export {
  fitMetaVerifier,
  META_VERIFIERS,
  type FittedMetaVerifier,
  type MetaVerifierKind,
  type MetaVerifierOptions,
  type VerifiedRow,
} from './learn/fit-meta-verifier.ts'
export type { ClassShares } from './learn/answer-classes.ts'
export { benefitLift, type CostedQuality } from './math/benefit-lift.ts'
export {
  createMetaVerifierPolicy,
  type MetaVerifier,
  type MetaVerifierPolicyOptions,
} from './decide/meta-verifier.ts'
export {
  createRunningQuantilePolicy,
  escalationShare,
  type RunningQuantileOptions,
} from './decide/running-quantile.ts'
export { EMPTY_MEMORY, remember, type MemoryOptions, type QuantileMemory } from './decide/quantile-memory.ts'
export { selectCuts, type CutsOptions, type SelectedCuts } from './learn/select-cuts.ts'
export { signalsOf } from './score/recorded.ts'
export { walkCascade, type CandidateRows, type Walked } from './learn/walk-cascade.ts'
export { replay, type RecordedAttempt, type Replayed } from './replay.ts'
export {
  createOutcomeSummarizer,
  type ModelSummary,
  type OutcomeSummary,
  type PairSummary,
} from './evaluate/outcome-summary.ts'
export { createReport, type ReportOptions } from './evaluate/create-report.ts'
export { REPORTED_DROPS } from './evaluate/report.ts'
export type * from './evaluate/report.ts'
export {
  createTrialLog,
  type Choice,
  type Path,
  type TrialLog,
  type TrialRecorder,
} from './evaluate/trial-log.ts'
export { fitTaskTable, type TaskTable } from './evaluate/task-table.ts'
export { bootstrap, expandDraw, quantile, type Draw, type Interval } from './evaluate/bootstrap.ts'
export { callPerformanceThreshold } from './evaluate/call-performance-threshold.ts'
export { costAdvantage, costAdvantageAtDrop } from './evaluate/cost-advantage.ts'
export { meanGap, type MeanGap } from './evaluate/mean-gap.ts'
export { meanInterval } from './evaluate/mean-interval.ts'
export { createOracle, type Oracle } from './evaluate/oracle.ts'
export { performanceGapRecovered, type PairQuality } from './evaluate/performance-gap-recovered.ts'
export { qualityDrop } from './evaluate/quality-drop.ts'
export type {
  EfficiencyReport,
  LeadReport,
  NullRoutersReport,
  ScoreAtLevel,
} from './evaluate/plane-report.ts'
export {
  createReliabilityReport,
  type Forecasts,
  type Reliability,
  type ReliabilityReport,
  type TaskTypeReliability,
} from './evaluate/reliability.ts'
export type { MetricValue } from './evaluate/metric-value.ts'
export {
  createCostCurve,
  type CostAxis,
  type CostCurve,
  type CostPoint,
  type CostTrials,
} from './evaluate/cost-curve.ts'
export { areaUnderDeferralCurve, type AreaUnderDeferralCurve } from './evaluate/area-under-deferral-curve.ts'
export { averageImprovementInQuality, type CostRange } from './evaluate/average-improvement-in-quality.ts'
export { costSavingAtEqualQuality } from './evaluate/cost-saving-at-equal-quality.ts'
export {
  inferenceEfficiencyScore,
  type EfficiencyInput,
  type EfficiencyReference,
  type InferenceEfficiencyScore,
} from './evaluate/inference-efficiency-score.ts'
export { oracleGapRecovered, type AtEqualCost } from './evaluate/oracle-gap-recovered.ts'
export { qualityNeutralCost } from './evaluate/quality-neutral-cost.ts'
export { assessTransfer, type TransferReport, type TransferRows } from './evaluate/transfer.ts'
export type {
  Correlation,
  TransferCheck,
  TransferredLevel,
  TransferVerdict,
} from './evaluate/transfer-verdict.ts'
export { pearson, spearman } from './math/correlation.ts'
export { averagePgr } from './math/average-pgr.ts'
export { auroc } from './math/auroc.ts'
export { brierScore } from './math/brier-score.ts'
export { expectedCalibrationError, reliabilityBins, type ReliabilityBin } from './math/calibration-error.ts'
export { logLoss } from './math/log-loss.ts'
export { createQualityCurve, type QualityCurve, type Trials } from './math/quality-curve.ts'
export { calibrate, type CalibrateOptions } from './calibrate.ts'
export { probe, type Probed } from './probe.ts'
export { LEVELS } from './learn/calibration.ts'
export { createRiver, type RiverOptions } from './river.ts'
export { settingAt } from './pool-river.ts'
export {
  createPoolReport,
  type PoolLevelReport,
  type PoolReport,
  type PoolReportRows,
  type PoolSystemPoint,
} from './evaluate/pool-report.ts'
export { addCandidate, removeCandidate, type AddCandidateOptions } from './candidates.ts'
export { train, type TrainOptions } from './train.ts'
export {
  createPoolLesson,
  namePair,
  toPoolArtifact,
  trainPool,
  type PoolLesson,
  type TrainPoolOptions,
} from './train-pool.ts'
export { VERSION } from './version.ts'
export { POOL_METHODS } from './methods/pool-registry.ts'
export type { PoolMethod } from './methods/pool-method.ts'
export type { TrainProgress } from './learn/train.ts'
export { createLexicalEncoder } from './request/lexical.ts'
export { createEncoder, embeddingTextOf } from './request/encoder.ts'
export { hashWordVectors, loadWordEmbedder, saveWordVectors } from './estimate/stored-word-vectors.ts'
export type { WordVectors } from './estimate/word-vectors.ts'
export { fitWordVectors, type WordVectorFit, type WordVectorOptions } from './learn/fit-word-vectors.ts'
export { createCachedEmbedder, type CacheLimits } from './cached-embedder.ts'
export { embedQuery, readWith, type Reading } from './embed.ts'
export { createEstimator } from './estimate/create-estimator.ts'
export { compare, type CompareOptions, type CompareProgress } from './compare.ts'
export { comparePool, type ComparePoolOptions } from './compare-pool.ts'
export { METHODS } from './methods/registry.ts'
export type { FittedMethod, Lesson, Method } from './methods/method.ts'
export type {
  ComparedStatistic,
  ComparedSystem,
  Comparison,
  NullName,
  OverSplits,
  PairedTest,
  Verdict,
} from './evaluate/comparison.ts'
export type { PerturbationName } from './evaluate/perturbations.ts'
export type {
  LabelShare,
  PoolBudget,
  PoolComparison,
  PoolNullName,
  PoolPoint,
  PoolService,
  PoolStatistic,
  PoolSystem,
  PoolTest,
} from './evaluate/pool-comparison.ts'
export { choiceEntropyBits, oracleMixture, relativeQuality } from './evaluate/router-eval.ts'
export { createComparison, type ComparisonOptions } from './evaluate/create-comparison.ts'
export type { ComparisonTrials, MethodTrials, SplitTrials } from './evaluate/comparison-trials.ts'
export type { SplitPlan } from './evaluate/splits.ts'
export { adjustHolm } from './evaluate/holm.ts'
export { bootstrapPValue } from './evaluate/bootstrap-test.ts'
export { measureHeadroom, type HeadroomOptions } from './headroom.ts'
export type { HeadroomProgress } from './evaluate/headroom.ts'
export type {
  AnythingReport,
  HeadroomNumbers,
  HeadroomReport,
  HeadroomVerdict,
  HeadroomVerdictName,
  InformationReport,
  OracleHeadroom,
} from './evaluate/headroom-report.ts'
export type { Gain } from './evaluate/headroom-gain.ts'
export type { LabelNoise } from './evaluate/label-noise.ts'
