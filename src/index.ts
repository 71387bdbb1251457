export { type Attachable, attachResilience, type ResilienceHandle } from './attach.js';
export type { RequestResilience } from './augment.js';
export type { Decision, Rejection, RetryDecision, StopDecision, StopReason } from './base/decision.js';
export {
  type BulkheadFullError,
  type CircuitOpenError,
  type CoolingDownError,
  type DeadlineExceededError,
  isResilienceError,
  type ResilienceError,
} from './base/errors.js';
export type {
  BudgetExhaustedEvent,
  CircuitState,
  CoolDownEvent,
  EndEvent,
  GiveUpEvent,
  HedgeEvent,
  RejectEvent,
  ResilienceHooks,
  ResilienceLogger,
  RetryEvent,
  SaturationEvent,
  StateChangeEvent,
  SuccessEvent,
} from './base/events.js';
export type { FailureKind } from './base/failure.js';
export type { AttemptRecord, ResilienceReport } from './base/report.js';
export { diagnose } from './diagnose/diagnose.js';
export type { Diagnosis, FailureCause } from './diagnose/diagnosis.js';
export type { BreakerView } from './guard/breaker.js';
export type { WindowCounts } from './guard/failure-window.js';
export { reportOf } from './observe/reports.js';
export type { ResilienceStats, ScopeStats } from './observe/stats.js';
export { type Preset, presets } from './policy/presets.js';
export type {
  Backoff,
  BreakerPolicy,
  BulkheadPolicy,
  FailedAttempt,
  Fallback,
  HedgePolicy,
  HttpMethod,
  Jitter,
  MethodRule,
  ResilienceOverride,
  ResiliencePolicy,
  RetryBudgetPolicy,
  RetryLimits,
  RetryPolicy,
  Scope,
} from './policy/types.js';
