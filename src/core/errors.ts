/** A place in a user's file; lines and columns are 1-based. */
export interface Location {
  readonly file: string;
  readonly line?: number;
  readonly column?: number;
}

export interface ErrorDetails {
  /** Closed set, documented in docs/errors.md: AREA_REASON in upper case. */
  readonly code: string;
  readonly location?: Location;
  /** What to do about it. */
  readonly hint?: string;
  readonly cause?: unknown;
  /** Further findings of the same run, where the user can fix many at once. */
  readonly others?: readonly FleetwrightError[];
}

/** V8's bound of how much of a stack an error records. */
const stackDepth = Error as unknown as { stackTraceLimit?: number | undefined };

/** Base of every error that Fleetwright raises on purpose. */
export abstract class FleetwrightError extends Error {
  static readonly isInput: boolean = false;
  abstract readonly kind: "input" | "external" | "invariant";
  readonly code: string;
  readonly location: Location | undefined;
  readonly hint: string | undefined;
  readonly others: readonly FleetwrightError[];

  constructor(message: string, details: ErrorDetails) {
    const depth = stackDepth.stackTraceLimit;
    // The place of an input error is the user's file. Walking our own stack for it costs more than the attempt that failed.
    if (new.target.isInput) stackDepth.stackTraceLimit = 0;
    super(withoutPasswords(message), details.cause === undefined ? undefined : { cause: details.cause });
    stackDepth.stackTraceLimit = depth;
    this.name = new.target.name;
    this.code = details.code;
    this.location = details.location;
    this.hint = details.hint === undefined ? undefined : withoutPasswords(details.hint);
    this.others = details.others ?? [];
  }
}

/** Addresses without their passwords: `https://user:***@host`. A user without a password is a token, but for ssh. */
export function withoutPasswords(text: string, mask: (secret: string) => string = () => "***"): string {
  if (!text.includes("://")) return text;
  return text
    .replace(
      /(\b[a-z][a-z0-9+.-]*:\/\/[^\s:@/"'<>]*:)([^\s@/"'<>]+)(?=@)/gi,
      (_, before: string, secret: string) => before + mask(secret),
    )
    .replace(/(\bhttps?:\/\/)([^\s:@/"'<>]{8,})(?=@)/gi, (_, before: string, secret: string) => before + mask(secret));
}

/** The user's file or spec is wrong: never retried until the input changes. */
export class InputError extends FleetwrightError {
  static override readonly isInput = true;
  readonly kind = "input";
}

/** Git, a cluster or a registry failed: retried with back-off. */
export class ExternalError extends FleetwrightError {
  readonly kind = "external";
}

/** A defect of Fleetwright itself. */
export class InvariantError extends FleetwrightError {
  readonly kind = "invariant";
  constructor(message: string, details: Partial<ErrorDetails> = {}) {
    super(message, { code: "INVARIANT", ...details });
  }
}

/** `file:line:column`, with what is known of it. */
export function formatLocation(location: Location): string {
  const { file, line, column } = location;
  if (line === undefined) return file;
  return column === undefined ? `${file}:${line}` : `${file}:${line}:${column}`;
}

/** One line for a person: where, what happened, what to do. */
export function formatError(error: unknown): string {
  if (!(error instanceof FleetwrightError)) return error instanceof Error ? error.message : String(error);
  const where = error.location ? `${formatLocation(error.location)}: ` : "";
  const hint = error.hint ? ` (${error.hint})` : "";
  return `${where}${error.message}${hint}`;
}

/** Ends a switch over a closed union: does not compile while a case is missing. */
export function assertNever(value: never): never {
  throw new InvariantError(`unexpected value ${JSON.stringify(value)}`);
}
