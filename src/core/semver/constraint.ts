import { linearExpression } from "./linear-expression.js";
import { comparePrereleases, compareVersions, type Version, versionOf } from "./version.js";

/** A range of versions: groups joined by `||`, each of comparisons that must all hold. */
export interface Constraint {
  readonly groups: readonly Group[];
}

interface Group {
  readonly comparisons: readonly Comparison[];
  /** Pre-releases are considered only where the group names one itself. */
  readonly allowsPrerelease: boolean;
}

interface Comparison {
  readonly operator: string;
  readonly version: Version;
  /** Parts given as `x`, `*` or not at all: all of them, minor and patch, or the patch. */
  readonly isPartial: boolean;
  readonly isMinorOpen: boolean;
  readonly isPatchOpen: boolean;
}

export type ParsedConstraint = { readonly constraint: Constraint } | { readonly error: string };

const part = "[0-9|x|X|\\*]+";
const tail = "(-([0-9A-Za-z\\-]+(\\.[0-9A-Za-z\\-]+)*))?(\\+([0-9A-Za-z\\-]+(\\.[0-9A-Za-z\\-]+)*))?";
const version = `v?(${part})(\\.${part})?(\\.${part})?${tail}`;
const operators = "=||!=|>|<|>=|=>|<=|=<|~|~>|\\^";
// Linear-time expressions: constraints come from charts and Applications.
const single = linearExpression(`^\\s*(${operators})\\s*(${version})\\s*$`);
const hyphenRange = linearExpression(`\\s*(${version})\\s+-\\s+(${version})\\s*`);
const eachComparison = linearExpression(`(${operators})\\s*(${version})`);
const validGroup = linearExpression(
  `^(\\s*(${operators})\\s*(${version})\\s*)((?:\\s+|,\\s*)(${operators})\\s*(${version})\\s*)*$`,
);

/** Argo CD 3.5 has Masterminds 3.4; Helm 4 has 3.5, which limits lengths and quotes what it refuses. */
export type SemverRelease = "3.4" | "3.5";

const maxLength = 512;
const maxGroups = 32;

/** Charts compare with the same few constraints over and over. */
const known: Readonly<Record<SemverRelease, Map<string, ParsedConstraint>>> = { "3.4": new Map(), "3.5": new Map() };
const mostKnown = 1000;

/** Masterminds' NewConstraint: the constraint, or its error message. */
export function parseConstraint(text: string, release: SemverRelease = "3.4"): ParsedConstraint {
  const parsed = known[release].get(text);
  if (parsed) return parsed;
  const made = readConstraint(text, release);
  if (known[release].size >= mostKnown) known[release].clear();
  if (text.length <= maxLength) known[release].set(text, made);
  return made;
}

function readConstraint(text: string, release: SemverRelease): ParsedConstraint {
  const isLimited = release === "3.5";
  if (isLimited && text.length > maxLength) return { error: `constraint string is too long (max ${maxLength} bytes)` };
  const groups: Group[] = [];
  const parts = rewriteRanges(text).split("||");
  if (isLimited && parts.length > maxGroups) return { error: `too many constraint groups (max ${maxGroups})` };
  for (const group of parts) {
    if (!validGroup.find(group)) {
      return { error: `improper constraint: ${isLimited ? JSON.stringify(group) : group}` };
    }
    const comparisons: Comparison[] = [];
    for (const [found = ""] of eachComparison.findAll(group)) {
      const comparison = parseComparison(found);
      if (typeof comparison === "string") return { error: comparison };
      comparisons.push(comparison);
    }
    groups.push({ comparisons, allowsPrerelease: comparisons.some((comparison) => comparison.version.prerelease !== "") });
  }
  return { constraint: { groups } };
}

/** Whether `version` lies in the range. */
export function satisfies(version: Version, constraint: Constraint): boolean {
  return constraint.groups.some((group) =>
    group.comparisons.every((comparison) => {
      if (version.prerelease !== "" && !group.allowsPrerelease) return false;
      return holds(version, comparison);
    }),
  );
}

/** `1.2 - 3` → `>= 1.2, <= 3` */
function rewriteRanges(text: string): string {
  let out = text;
  for (const range of hyphenRange.findAll(text)) {
    const [whole = ""] = range;
    out = out.replace(whole, () => `>= ${range[1]}, <= ${range[11]} `);
  }
  return out;
}

function parseComparison(text: string): Comparison | string {
  const match = single.find(text);
  if (match === undefined) return `improper constraint: ${text}`;
  const group = (index: number) => match[index] ?? "";
  const isOpen = (index: number) => /^\.?[xX*]?$/.test(group(index));
  const isAllOpen = isOpen(3);
  const isMinorOpen = !isAllOpen && isOpen(4);
  const isPatchOpen = !isAllOpen && !isMinorOpen && isOpen(5);
  let numbers = group(2);
  if (isAllOpen) numbers = `0.0.0${group(6)}`;
  else if (isMinorOpen) numbers = `${group(3)}.0.0${group(6)}`;
  else if (isPatchOpen) numbers = `${group(3)}${group(4)}.0${group(6)}`;
  const parsed = versionOf(numbers);
  if (parsed === undefined) return "constraint parser error";
  const isPartial = isAllOpen || isMinorOpen || isPatchOpen;
  return { operator: group(1), version: parsed, isPartial, isMinorOpen, isPatchOpen };
}

function holds(version: Version, comparison: Comparison): boolean {
  const order = compareVersions(version, comparison.version);
  switch (comparison.operator) {
    case "":
    case "=":
      return comparison.isPartial ? holdsTilde(version, comparison) : order === 0;
    case "!=":
      return isDifferent(version, comparison);
    case ">":
      return isGreater(version, comparison);
    case "<":
      return order < 0;
    case ">=":
    case "=>":
      return order >= 0;
    case "<=":
    case "=<":
      return isAtMost(version, comparison);
    case "~":
    case "~>":
      return holdsTilde(version, comparison);
    default:
      return holdsCaret(version, comparison);
  }
}

function isDifferent(version: Version, comparison: Comparison): boolean {
  const { version: other, isPartial, isMinorOpen, isPatchOpen } = comparison;
  if (isPartial) {
    if (version.major !== other.major) return true;
    if (isMinorOpen) return false;
    if (version.minor !== other.minor) return true;
    if (isPatchOpen) {
      const hasPrerelease = version.prerelease !== "" || other.prerelease !== "";
      return hasPrerelease && comparePrereleases(version.prerelease, other.prerelease) !== 0;
    }
    if (version.patch !== other.patch) return true;
  }
  return compareVersions(version, other) !== 0;
}

function isGreater(version: Version, comparison: Comparison): boolean {
  const { version: other, isPartial, isMinorOpen, isPatchOpen } = comparison;
  if (!isPartial) return compareVersions(version, other) > 0;
  if (version.major !== other.major) return version.major > other.major;
  // `>11` means 12 and up, `>11.1` means 11.2 and up.
  if (isMinorOpen) return false;
  if (isPatchOpen) return version.minor > other.minor;
  return compareVersions(version, other) > 0;
}

function isAtMost(version: Version, comparison: Comparison): boolean {
  const { version: other, isPartial, isMinorOpen } = comparison;
  if (!isPartial) return compareVersions(version, other) <= 0;
  if (version.major !== other.major) return version.major < other.major;
  return isMinorOpen || version.minor <= other.minor;
}

function holdsTilde(version: Version, comparison: Comparison): boolean {
  const { version: other, isMinorOpen, isPatchOpen } = comparison;
  if (compareVersions(version, other) < 0) return false;
  const isZero = other.major === 0n && other.minor === 0n && other.patch === 0n;
  if (isZero && !isMinorOpen && !isPatchOpen) return true;
  return version.major === other.major && (isMinorOpen || version.minor === other.minor);
}

function holdsCaret(version: Version, comparison: Comparison): boolean {
  const { version: other, isMinorOpen, isPatchOpen } = comparison;
  if (compareVersions(version, other) < 0) return false;
  if (other.major > 0n || isMinorOpen) return version.major === other.major;
  if (version.major > 0n) return false;
  if (other.minor > 0n || isPatchOpen) return version.minor === other.minor;
  return version.minor === 0n && version.patch === other.patch;
}
