import { linearExpression } from "./linear-expression.js";

/** A semantic version as Masterminds/semver reads it: `v` and missing parts allowed, numbers up to 64 bits. */
export interface Version {
  readonly major: bigint;
  readonly minor: bigint;
  readonly patch: bigint;
  /** Without its `-`. */
  readonly prerelease: string;
  /** Without its `+`. */
  readonly metadata: string;
  /** The text that was parsed. */
  readonly original: string;
}

const loose = linearExpression(
  "^v?([0-9]+)(\\.[0-9]+)?(\\.[0-9]+)?(-([0-9A-Za-z\\-]+(\\.[0-9A-Za-z\\-]+)*))?(\\+([0-9A-Za-z\\-]+(\\.[0-9A-Za-z\\-]+)*))?$",
);
const maxSegment = 2n ** 64n - 1n;

export type ParsedVersion = { readonly version: Version } | { readonly error: string };

/** Masterminds' NewVersion: the version, or its error message. */
export function parseVersion(text: string): ParsedVersion {
  const match = loose.find(text);
  if (match === undefined) return { error: "invalid semantic version" };
  const segments: bigint[] = [];
  for (const index of [1, 2, 3]) {
    const digits = (match[index] ?? "").replace(".", "");
    const value = digits === "" ? 0n : BigInt(digits);
    if (value > maxSegment) {
      return { error: `error parsing version segment: strconv.ParseUint: parsing "${digits}": value out of range` };
    }
    segments.push(value);
  }
  const prerelease = match[5] ?? "";
  const startsZero = prerelease.split(".").some((part) => /^0[0-9]+$/.test(part));
  if (startsZero) return { error: "version segment starts with 0" };
  const [major = 0n, minor = 0n, patch = 0n] = segments;
  return { version: { major, minor, patch, prerelease, metadata: match[8] ?? "", original: text } };
}

/** The version, or undefined where `text` is none. */
export function versionOf(text: string): Version | undefined {
  const parsed = parseVersion(text);
  return "version" in parsed ? parsed.version : undefined;
}

/** `1.2.3-pre+meta`, without a leading `v`. */
export function formatVersion(version: Version): string {
  const { major, minor, patch, prerelease, metadata } = version;
  return `${major}.${minor}.${patch}${prerelease && `-${prerelease}`}${metadata && `+${metadata}`}`;
}

/** -1, 0 or 1; metadata does not count, a pre-release comes before its release. */
export function compareVersions(a: Version, b: Version): -1 | 0 | 1 {
  if (a.major !== b.major) return a.major < b.major ? -1 : 1;
  if (a.minor !== b.minor) return a.minor < b.minor ? -1 : 1;
  if (a.patch !== b.patch) return a.patch < b.patch ? -1 : 1;
  if (a.prerelease === b.prerelease) return 0;
  if (a.prerelease === "") return 1;
  if (b.prerelease === "") return -1;
  return comparePrereleases(a.prerelease, b.prerelease);
}

/** Part by part; numbers come before words. */
export function comparePrereleases(a: string, b: string): -1 | 0 | 1 {
  const left = a.split(".");
  const right = b.split(".");
  for (let index = 0; index < Math.max(left.length, right.length); index++) {
    const order = compareParts(left[index] ?? "", right[index] ?? "");
    if (order !== 0) return order;
  }
  return 0;
}

function compareParts(a: string, b: string): -1 | 0 | 1 {
  if (a === b) return 0;
  if (a === "") return -1;
  if (b === "") return 1;
  const left = segmentOf(a);
  const right = segmentOf(b);
  if (left === undefined && right === undefined) return a > b ? 1 : -1;
  if (right === undefined) return -1;
  if (left === undefined) return 1;
  return left > right ? 1 : -1;
}

function segmentOf(text: string): bigint | undefined {
  if (!/^[0-9]+$/.test(text)) return undefined;
  const value = BigInt(text);
  return value > maxSegment ? undefined : value;
}
