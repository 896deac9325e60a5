import { nextCronMs } from "../cron/next.js";
import { parseCron } from "../cron/schedule.js";
import { InputError } from "../errors.js";
import { parseGoDurationMs } from "../tracking/go-duration.js";
import type { SyncWindow } from "./app-project.js";
import { compileStarOrGlob } from "./matchers.js";
import { zoneOffsetMs } from "./zone-offset.js";

export interface WindowTarget {
  readonly name: string;
  readonly destination: {
    readonly server?: string | undefined;
    readonly name?: string | undefined;
    readonly namespace?: string | undefined;
  };
}

/** The windows that concern an Application, in their order; none: everything may sync. */
export function windowsOf(windows: readonly SyncWindow[], app: WindowTarget): readonly SyncWindow[] {
  const { server = "", name = "", namespace = "" } = app.destination;
  return windows.filter((window) => {
    const byApplication = test(window.applications, [app.name]);
    const byCluster = test(
      window.clusters,
      [name, server].filter((text) => text !== ""),
    );
    const byNamespace = test(window.namespaces, [namespace]);
    const verdicts = [byApplication, byCluster, byNamespace];
    if (!window.andOperator) return verdicts.includes(true);
    return !verdicts.includes(false) && isLastVerdictTrue(byApplication, byCluster, byNamespace);
  });
}

/** Argo CD: with the and-operator a window without any selector matches nothing. */
function isLastVerdictTrue(...verdicts: readonly (boolean | undefined)[]): boolean {
  return verdicts.includes(true);
}

/** Undefined when the window does not select by this. */
function test(patterns: readonly string[] | undefined, texts: readonly string[]): boolean | undefined {
  if (!patterns || patterns.length === 0) return undefined;
  return patterns.some((pattern) => texts.some(compileStarOrGlob(pattern)));
}

export interface WindowQuestion {
  readonly atMs: number;
  readonly isManual: boolean;
  /** When the running sync began: windows with `syncOverrun` let it end. */
  readonly startedAtMs?: number | undefined;
  /** The moment whose zone offset counts; default `atMs`. Argo CD always takes that of now. */
  readonly zoneAtMs?: number | undefined;
}

/** Whether a sync may run; `windows` are those of `windowsOf`. Throws InputError WINDOW_INVALID when one cannot be read. */
export function maySync(windows: readonly SyncWindow[], question: WindowQuestion): boolean {
  if (windows.length === 0) return true;
  const verdict = verdictAt(windows, question);
  if (verdict.isAllowed || question.startedAtMs === undefined || !verdict.allowsOverrun) return verdict.isAllowed;
  return verdictAt(windows, { ...question, atMs: question.startedAtMs }).isAllowed;
}

/** The windows that are open: strictly between start and start + duration. Throws InputError WINDOW_INVALID. */
export function activeWindows(
  windows: readonly SyncWindow[],
  question: { readonly atMs: number; readonly zoneAtMs?: number | undefined },
): readonly SyncWindow[] {
  return windows.filter((window) => isOpen(window, question.atMs, question.zoneAtMs ?? question.atMs));
}

function verdictAt(windows: readonly SyncWindow[], question: WindowQuestion): { isAllowed: boolean; allowsOverrun: boolean } {
  const active = activeWindowsForVerdict(windows, question);
  const denies = active.filter((window) => window.kind === "deny");
  if (denies.length > 0) {
    const isAllowed = question.isManual && denies.every((window) => window.manualSync === true);
    return { isAllowed, allowsOverrun: denies.every((window) => window.syncOverrun === true) };
  }
  if (active.some((window) => window.kind === "allow")) return { isAllowed: true, allowsOverrun: true };
  const closed = windows.filter((window) => window.kind === "allow");
  if (closed.length === 0) return { isAllowed: true, allowsOverrun: true };
  const isAllowed = question.isManual && closed.every((window) => window.manualSync === true);
  return { isAllowed, allowsOverrun: closed.every((window) => window.syncOverrun === true) };
}

function activeWindowsForVerdict(windows: readonly SyncWindow[], question: WindowQuestion): readonly SyncWindow[] {
  try {
    return activeWindows(windows, question);
  } catch (error) {
    if (!(error instanceof InputError)) throw error;
    throw new InputError(`invalid sync windows: ${error.message}`, { code: error.code, cause: error });
  }
}

function isOpen(window: SyncWindow, atMs: number, zoneAtMs: number): boolean {
  const { schedule, durationMs } = readWindow(window);
  const localMs = atMs + zoneOffsetMs(window.timeZone ?? "", zoneAtMs);
  const startMs = nextStart(schedule, localMs - durationMs);
  // robfig/cron: a schedule that never fires gives the zero time, which is before now: such a window is always open.
  return startMs === undefined || startMs < localMs;
}

function nextStart(schedule: ReturnType<typeof parseCron>, afterMs: number): number | undefined {
  if (schedule.timeZone === undefined) return nextCronMs(schedule, afterMs);
  const offsetMs = zoneOffsetMs(schedule.timeZone, afterMs);
  const found = nextCronMs(schedule, afterMs + offsetMs);
  return found === undefined ? undefined : found - offsetMs;
}

/** Reads schedule and duration; InputError WINDOW_INVALID. */
export function readWindow(window: SyncWindow): { readonly schedule: ReturnType<typeof parseCron>; readonly durationMs: number } {
  const { schedule = "", duration = "" } = window;
  const parsed = parseSchedule(schedule);
  const durationMs = parseGoDurationMs(duration);
  if (durationMs === undefined) throw windowError(`cannot parse duration '${duration}': ${explainDuration(duration)}`);
  return { schedule: parsed, durationMs };
}

function parseSchedule(schedule: string): ReturnType<typeof parseCron> {
  try {
    return parseCron(schedule);
  } catch (error) {
    throw windowError(`cannot parse schedule '${schedule}': ${error instanceof Error ? error.message : String(error)}`);
  }
}

/** Go's words for what is wrong with a duration. */
function explainDuration(text: string): string {
  const quoted = JSON.stringify(text);
  if (!/^[+-]?(\d|\.\d)/.test(text)) return `time: invalid duration ${quoted}`;
  const units = [...text.matchAll(/(?:\d+\.?\d*|\.\d+)([^\d.]*)/g)].map(([, unit = ""]) => unit);
  const wrong = units.find((unit) => !/^(ns|us|µs|μs|ms|s|m|h)$/.test(unit));
  if (wrong === "") return `time: missing unit in duration ${quoted}`;
  return wrong === undefined
    ? `time: invalid duration ${quoted}`
    : `time: unknown unit ${JSON.stringify(wrong)} in duration ${quoted}`;
}

function windowError(message: string): InputError {
  return new InputError(message, { code: "WINDOW_INVALID" });
}
