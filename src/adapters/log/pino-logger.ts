import { pino } from "pino";
import type { LogFields, Logger } from "../../ports/telemetry.js";

export type LogLevel = "debug" | "info" | "warn" | "error" | "silent";

/** Structured logs on standard error (or another stream): a constant message and fields, one JSON object a line. */
export function pinoLogger(
  options: { readonly level?: LogLevel; readonly destination?: { write(line: string): void } } = {},
): Logger {
  const destination = options.destination ?? process.stderr;
  const base = pino(
    {
      level: options.level ?? "info",
      base: undefined,
      timestamp: pino.stdTimeFunctions.isoTime,
      formatters: { level: (label) => ({ level: label }) },
    },
    destination,
  );
  return wrap(base);
}

function wrap(log: pino.Logger): Logger {
  return {
    debug: (message, fields) => log.debug(fields ?? {}, message),
    info: (message, fields) => log.info(fields ?? {}, message),
    warn: (message, fields) => log.warn(fields ?? {}, message),
    error: (message, fields) => log.error(fields ?? {}, message),
    with: (fields: LogFields) => wrap(log.child(fields)),
  };
}
