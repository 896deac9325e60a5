import { sha256Hex } from "../../../platform/hash.js";
import { packageVersion } from "../program-version.js";

export type SarifLevel = "error" | "warning" | "note";

export interface SarifRule {
  readonly id: string;
  readonly summary: string;
  readonly level: SarifLevel;
}

export interface SarifFinding {
  readonly rule: string;
  /** Absent: the rule's. */
  readonly level?: SarifLevel;
  readonly text: string;
  /** Where it is; what has no place is at the top of the repository, since code scanning takes no result without one. */
  readonly location?: { readonly file: string; readonly line?: number; readonly column?: number } | undefined;
  /** The resource that it is about: `APPLICATION/KIND/NAME`. */
  readonly resource?: string;
  /** What makes it the same finding in the next run; absent: rule, file and text. */
  readonly identity?: string;
  readonly isSuppressed?: boolean;
  readonly properties?: Readonly<Record<string, unknown>>;
}

/** Findings as SARIF 2.1.0, with all that GitHub's code scanning asks for: a place and a line for each, texts for each rule. */
export function sarifLog(tool: string, rules: readonly SarifRule[], findings: readonly SarifFinding[]): unknown {
  const levels = new Map(rules.map(({ id, level }) => [id, level]));
  const driver = {
    name: tool,
    version: packageVersion(),
    rules: rules.map(({ id, summary, level }) => ({
      id,
      shortDescription: { text: summary },
      fullDescription: { text: summary },
      help: { text: summary },
      defaultConfiguration: { level },
    })),
  };
  const results = findings.map((finding) => ({
    ruleId: finding.rule,
    ruleIndex: rules.findIndex(({ id }) => id === finding.rule),
    level: finding.level ?? levels.get(finding.rule) ?? "warning",
    message: { text: finding.text },
    locations: [locationOf(finding)],
    partialFingerprints: { "fleetwright/v1": fingerprintOf(finding) },
    ...(finding.isSuppressed ? { suppressions: [{ kind: "inSource" }] } : {}),
    ...(finding.properties ? { properties: finding.properties } : {}),
  }));
  return {
    $schema: "https://json.schemastore.org/sarif-2.1.0.json",
    version: "2.1.0",
    runs: [{ tool: { driver }, columnKind: "utf16CodeUnits", results }],
  };
}

function locationOf({ location, resource }: SarifFinding): object {
  const { file = "", line = 1, column } = location ?? {};
  return {
    physicalLocation: {
      artifactLocation: { uri: uriOf(file) },
      region: { startLine: line, ...(column === undefined ? {} : { startColumn: column }) },
    },
    ...(resource === undefined ? {} : { logicalLocations: [{ fullyQualifiedName: resource, kind: "resource" }] }),
  };
}

/** A path from the top of the repository as a relative URI; an address of another place as it is. */
function uriOf(file: string): string {
  if (/^[a-z][a-z0-9+.-]*:\/\//i.test(file)) return encodeURI(file);
  const path = file
    .split("/")
    .filter((part) => part !== "" && part !== ".")
    .map(encodeURIComponent)
    .join("/");
  return path === "" ? "." : path;
}

/** Lines move; a finding stays the same. */
function fingerprintOf({ rule, location, text, identity }: SarifFinding): string {
  return sha256Hex(identity ?? JSON.stringify([rule, location?.file ?? "", text])).slice(0, 32);
}
