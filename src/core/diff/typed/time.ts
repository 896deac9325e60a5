const rfc3339 = /^(\d{4})-(\d\d)-(\d\d)T(\d\d):(\d\d):(\d\d)(?:[.,](\d+))?(Z|[+-]\d\d:\d\d)$/;
// Most times by far: canonical, and a day that every month has.
const plainTime = /^\d{4}-(?:0[1-9]|1[0-2])-(?:0[1-9]|1\d|2[0-8])T(?:[01]\d|2[0-3]):[0-5]\d:[0-5]\dZ$/;
const alreadyCanonical = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/;

/** metav1.Time: RFC 3339 in UTC, whole seconds. Undefined where it is no time. */
export function canonicalTime(text: string): string | undefined {
  if (plainTime.test(text)) return text;
  const moment = parse(text);
  if (!moment) return undefined;
  return alreadyCanonical.test(text) ? text : `${moment.seconds}Z`;
}

/** metav1.MicroTime: exactly six decimals, in UTC. */
export function canonicalMicroTime(text: string): string | undefined {
  const moment = parse(text);
  if (moment?.fraction?.length !== 6) return undefined;
  return `${moment.seconds}.${moment.fraction}Z`;
}

function parse(text: string): { readonly seconds: string; readonly fraction: string | undefined } | undefined {
  const parts = rfc3339.exec(text);
  if (!parts) return undefined;
  const [year = 0, month = 0, day = 0, hour = 0, minute = 0, second = 0] = parts.slice(1, 7).map(Number);
  if (hour > 23 || minute > 59 || second > 59) return undefined;
  const milliseconds = Date.UTC(year, month - 1, day, hour, minute, second);
  const date = new Date(milliseconds);
  if (year >= 100 && (date.getUTCMonth() !== month - 1 || date.getUTCDate() !== day)) return undefined;
  const offset = parts[8] ?? "Z";
  const minutes = offset === "Z" ? 0 : Number(`${offset[0]}1`) * (Number(offset.slice(1, 3)) * 60 + Number(offset.slice(4, 6)));
  const utc = new Date(milliseconds - minutes * 60_000);
  return { seconds: utc.toISOString().slice(0, 19), fraction: parts[7] };
}
