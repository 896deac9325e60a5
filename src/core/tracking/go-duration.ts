const unitMs: { readonly [unit: string]: number } = {
  ns: 1e-6,
  us: 1e-3,
  µs: 1e-3,
  μs: 1e-3,
  ms: 1,
  s: 1000,
  m: 60_000,
  h: 3_600_000,
};

/** Milliseconds of Go's duration text (`1h30m`, `-2.5s`, `0`), or undefined when it is none. */
export function parseGoDurationMs(text: string): number | undefined {
  const sign = text.startsWith("-") ? -1 : 1;
  const body = text.replace(/^[+-]/, "");
  if (body === "0") return 0;
  if (!/^(?:(?:\d+\.?\d*|\.\d+)(?:ns|us|µs|μs|ms|s|m|h))+$/.test(body)) return undefined;
  let total = 0;
  for (const [, amount = "", unit = ""] of body.matchAll(/(\d+\.?\d*|\.\d+)(ns|us|µs|μs|ms|s|m|h)/g)) {
    total += Number(amount) * (unitMs[unit] ?? 0);
  }
  return sign * total;
}

/** Milliseconds of a duration that may also be bare seconds (`10`), as in a sync's retry back-off. */
export function parseSecondsOrDurationMs(text: string): number | undefined {
  return /^[+-]?\d+$/.test(text) ? Number(text) * 1000 : parseGoDurationMs(text);
}
