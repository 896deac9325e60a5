import { Ajv } from "ajv";
import { expect, test } from "vitest";
import type { DriftRow } from "../../../core/drift/drift-rows.js";
import { InputError } from "../../../core/errors.js";
import type { FleetState } from "../../../core/impact/fleet-state.js";
import { driftSarif } from "../../cli/drift-sarif.js";
import { lintSarif } from "../../cli/lint-sarif.js";
import { diffSarif } from "./diff-sarif.js";
import { fleetReport } from "./fleet-report.js";
import { sarifLog } from "./sarif.js";

const message = {
  type: "object",
  required: ["text"],
  additionalProperties: false,
  properties: { text: { type: "string", minLength: 1 } },
};
const level = { enum: ["none", "note", "warning", "error"] };

/**
 * SARIF 2.1.0 (OASIS) for all properties that are written, nothing else allowed; and what GitHub's code scanning asks for besides: a place, a line
 * and a rule for each result, texts for each rule.
 */
const schema = {
  type: "object",
  required: ["version", "runs"],
  additionalProperties: false,
  properties: {
    $schema: { type: "string", pattern: "^https://.*sarif-2\\.1\\.0\\.json$" },
    version: { const: "2.1.0" },
    runs: {
      type: "array",
      minItems: 1,
      items: {
        type: "object",
        required: ["tool", "results"],
        additionalProperties: false,
        properties: {
          columnKind: { enum: ["utf16CodeUnits", "unicodeCodePoints"] },
          tool: {
            type: "object",
            required: ["driver"],
            additionalProperties: false,
            properties: {
              driver: {
                type: "object",
                required: ["name", "rules"],
                additionalProperties: false,
                properties: {
                  name: { type: "string", minLength: 1 },
                  version: { type: "string", minLength: 1 },
                  rules: {
                    type: "array",
                    uniqueItems: true,
                    items: {
                      type: "object",
                      required: ["id", "shortDescription", "fullDescription", "help"],
                      additionalProperties: false,
                      properties: {
                        id: { type: "string", minLength: 1, maxLength: 255 },
                        shortDescription: message,
                        fullDescription: message,
                        help: message,
                        defaultConfiguration: { type: "object", additionalProperties: false, properties: { level } },
                      },
                    },
                  },
                },
              },
            },
          },
          results: {
            type: "array",
            items: {
              type: "object",
              required: ["ruleId", "message", "locations", "partialFingerprints"],
              additionalProperties: false,
              properties: {
                ruleId: { type: "string" },
                ruleIndex: { type: "integer", minimum: 0 },
                level,
                message,
                locations: {
                  type: "array",
                  minItems: 1,
                  items: {
                    type: "object",
                    required: ["physicalLocation"],
                    additionalProperties: false,
                    properties: {
                      physicalLocation: {
                        type: "object",
                        required: ["artifactLocation", "region"],
                        additionalProperties: false,
                        properties: {
                          artifactLocation: {
                            type: "object",
                            required: ["uri"],
                            additionalProperties: false,
                            // RFC 3986: what a URI reference may consist of.
                            properties: {
                              uri: { type: "string", pattern: "^(?:[A-Za-z0-9._~:/?#@!$&'()*+,;=-]|%[0-9A-Fa-f]{2})+$" },
                            },
                          },
                          region: {
                            type: "object",
                            required: ["startLine"],
                            additionalProperties: false,
                            properties: {
                              startLine: { type: "integer", minimum: 1 },
                              startColumn: { type: "integer", minimum: 1 },
                            },
                          },
                        },
                      },
                      logicalLocations: {
                        type: "array",
                        items: {
                          type: "object",
                          additionalProperties: false,
                          properties: { fullyQualifiedName: { type: "string" }, kind: { type: "string" } },
                        },
                      },
                    },
                  },
                },
                partialFingerprints: { type: "object", additionalProperties: { type: "string", minLength: 1 } },
                suppressions: {
                  type: "array",
                  items: {
                    type: "object",
                    required: ["kind"],
                    additionalProperties: false,
                    properties: { kind: { enum: ["inSource", "external"] } },
                  },
                },
                properties: { type: "object" },
              },
            },
          },
        },
      },
    },
  },
};

interface Log {
  readonly runs: readonly {
    readonly tool: { readonly driver: { readonly rules: readonly { readonly id: string }[] } };
    readonly results: readonly {
      readonly ruleId: string;
      readonly ruleIndex: number;
      readonly level: string;
      readonly partialFingerprints: Readonly<Record<string, string>>;
      readonly locations: readonly {
        readonly physicalLocation: { readonly artifactLocation: { readonly uri: string }; readonly region: object };
      }[];
    }[];
  }[];
}

function valid(log: unknown): Log {
  const ajv = new Ajv({ allErrors: true, strict: true, strictTypes: false });
  const isValid = ajv.validate(schema, log);
  expect([isValid, ajv.errors]).toEqual([true, null]);
  for (const { tool, results } of (log as Log).runs)
    for (const { ruleId, ruleIndex } of results) expect(tool.driver.rules[ruleIndex]?.id).toBe(ruleId);
  return log as Log;
}

const placesOf = (log: unknown): readonly unknown[] =>
  valid(log).runs[0]!.results.map(({ level: at, locations: [place] }) => [
    at,
    place!.physicalLocation.artifactLocation.uri,
    place!.physicalLocation.region,
  ]);

const state = (parts: Partial<FleetState> = {}): FleetState => ({
  applications: new Map(),
  applicationSets: new Map(),
  problems: [],
  clusterFiles: new Map(),
  ...parts,
});

test("lint: names of files are percent-encoded, severities are levels, and what has no line is at the first", () => {
  const finding = { rule: "render-error", severity: "error", message: "it does not render" } as const;
  const findings = [
    { ...finding, location: { file: "apps/a b/100%/ü#?.yaml", line: 3, column: 7 } },
    { ...finding, severity: "warning", location: { file: "apps/x.yaml" } },
    { ...finding, location: { file: "" } },
    { ...finding, location: { file: "https://example.com/a b.git" } },
  ] as const;
  expect(placesOf(lintSarif({ findings, suppressed: [findings[0]] }))).toEqual([
    ["error", "apps/a%20b/100%25/%C3%BC%23%3F.yaml", { startLine: 3, startColumn: 7 }],
    ["warning", "apps/x.yaml", { startLine: 1 }],
    ["error", ".", { startLine: 1 }],
    ["error", "https://example.com/a%20b.git", { startLine: 1 }],
    ["error", "apps/a%20b/100%25/%C3%BC%23%3F.yaml", { startLine: 3, startColumn: 7 }],
  ]);
});

test("diff: what is broken is at its line, what vanishes in the file that made it, a finding without a place at the top", () => {
  const error = new InputError("no such file", { code: "TEST", location: { file: "overlays/a b/kustomization.yaml", line: 2 } });
  const after = state({ problems: [{ error: new InputError("twice", { code: "TEST" }) }] });
  const common = { namespace: "argocd", spec: [], resources: [] };
  const changes = [
    { ...common, key: "argocd/a", name: "a", effect: "error", error, errorAt: "after" },
    {
      ...common,
      key: "argocd/b",
      name: "b",
      effect: "removed",
      before: { origin: { kind: "file", file: "b.yaml", document: 0 } },
    },
  ] as never;
  const report = fleetReport({ from: "1".repeat(40), to: "2".repeat(40), before: state(), after, changes, reasons: new Map() });
  expect(placesOf(diffSarif(report))).toEqual([
    ["error", "overlays/a%20b/kustomization.yaml", { startLine: 2 }],
    ["warning", "b.yaml", { startLine: 1 }],
    ["warning", ".", { startLine: 1 }],
  ]);
});

test("drift: each resource is at the path of its Application", () => {
  const row = {
    namespace: "argocd",
    application: "web",
    cluster: "dev",
    ageMs: 60_000,
    episode: { resource: "Deployment/web", drift: "changed", fields: [], cause: "manual", onsetMs: 0 },
  } as unknown as DriftRow;
  const application = {
    apiVersion: "argoproj.io/v1alpha1",
    kind: "Application",
    metadata: { name: "web", namespace: "argocd" },
    spec: { source: { repoURL: "https://git.example.com/f.git", path: "overlays/my app" }, destination: {} },
  };
  expect(placesOf(driftSarif([row], [application]))).toEqual([["warning", "overlays/my%20app", { startLine: 1 }]]);
});

test("a finding keeps its fingerprint when its line moves", () => {
  const prints = [1, 9].map((line) => {
    const log = sarifLog(
      "t",
      [{ id: "r", level: "note", summary: "s" }],
      [{ rule: "r", text: "x", location: { file: "f", line } }],
    );
    return valid(log).runs[0]!.results[0]!.partialFingerprints;
  });
  expect(prints[0]).toEqual(prints[1]);
});

test("the tool's version is that of the package, not the identity of a build", () => {
  const log = sarifLog("fleetwright", [], []) as { readonly runs: readonly { readonly tool: { readonly driver: object } }[] };
  expect(log.runs[0]!.tool.driver).toMatchObject({ version: expect.stringMatching(/^\d+\.\d+\.\d+$/) });
});
