import { isObject } from "../../manifest/value.js";
import { locator } from "../../yaml/locate.js";
import { parseYaml } from "../../yaml/parse.js";
import { kustomizeError, prefixError } from "../model/errors.js";
import { decode, jsonKind } from "./decode.js";
import type { HelmChartArgs, HelmGlobals, Kustomization, LegacyHelmChartArgs } from "./fields.js";
import { kustomizationShape } from "./shapes.js";

/** A kustomization ready to be accumulated: the legacy fields are folded into their successors. */
export interface LoadedKustomization {
  readonly fields: Kustomization;
  readonly isComponent: boolean;
}

export interface ReadKustomization extends LoadedKustomization {
  /** What to say of deprecated fields, in the original's words. */
  readonly deprecations: readonly string[];
}

interface Place {
  readonly file: string;
  /** For messages. */
  readonly directory: string;
}

/** Reads, checks and modernises a kustomization file; `warn` hears of deprecated fields where it is refused afterwards. */
export function readKustomization(
  bytes: Uint8Array,
  { file, directory }: Place,
  warn: (message: string) => void,
): ReadKustomization {
  const fields = decodeKustomization(bytes, file);
  const deprecations = deprecationsOf(fields);
  try {
    return { ...modernised(fields, { file, directory }), deprecations };
  } catch (error) {
    deprecations.forEach(warn);
    throw error;
  }
}

function modernised(fields: Kustomization, { file, directory }: Place): LoadedKustomization {
  const fixed = withSuccessors(fields);
  const { kind: _kind, apiVersion: _version, ...rest } = fixed;
  if (Object.values(rest).every(isZero))
    throw kustomizeError("KUSTOMIZE_FIELD", "kustomization.yaml is empty", { location: { file } });
  const problems = problemsOf(fixed);
  if (problems.length > 0)
    throw kustomizeError("KUSTOMIZE_FIELD", `Failed to read kustomization file under ${directory}:\n${problems.join("\n")}`, {
      location: { file },
    });
  return { fields: fixed, isComponent: fixed.kind === "Component" };
}

function decodeKustomization(bytes: Uint8Array, file: string): Kustomization {
  try {
    const value = parseYaml(bytes, { file, dialect: "kubernetes", duplicateKeys: "last" });
    if (value !== null && !isObject(value))
      throw kustomizeError(
        "KUSTOMIZE_FIELD",
        `json: cannot unmarshal ${jsonKind(value)} into Go value of type types.Kustomization`,
        { location: { file } },
      );
    return decode(value, kustomizationShape, { isStrict: true, at: locator(bytes, { file }) }) as Kustomization;
  } catch (error) {
    throw prefixError(error, "invalid Kustomization");
  }
}

function isZero(value: unknown): boolean {
  return value === undefined || value === "";
}

function withSuccessors(fields: Kustomization): Kustomization {
  const kind = fields.kind || "Kustomization";
  const apiVersion = fields.apiVersion || (kind === "Component" ? componentVersion : kustomizationVersion);
  const { bases, imageTags, helmChartInflationGenerator, ...rest } = fields;
  const fixed: { -readonly [name in keyof Kustomization]: Kustomization[name] } = { ...rest, kind, apiVersion };
  if (bases && bases.length > 0) fixed.resources = [...(fields.resources ?? []), ...bases];
  if (imageTags && imageTags.length > 0) fixed.images = [...(fields.images ?? []), ...imageTags];
  if (fields.configMapGenerator) fixed.configMapGenerator = fields.configMapGenerator.map(withEnvs);
  if (fields.secretGenerator) fixed.secretGenerator = fields.secretGenerator.map(withEnvs);
  if (helmChartInflationGenerator && helmChartInflationGenerator.length > 0) {
    fixed.helmCharts = [...(fields.helmCharts ?? []), ...helmChartInflationGenerator.map(modernChart)];
    const globals = globalsOf(helmChartInflationGenerator);
    if (!fixed.helmGlobals && (globals.chartHome || globals.configHome)) fixed.helmGlobals = globals;
  }
  return fixed;
}

function withEnvs<T extends { readonly env?: string; readonly envs?: readonly string[] }>(args: T): T {
  if (!args.env) return args;
  const { env, ...rest } = args;
  return { ...rest, envs: [...(args.envs ?? []), env] } as unknown as T;
}

function modernChart(old: LegacyHelmChartArgs): HelmChartArgs {
  return {
    name: old.chartName,
    version: old.chartVersion,
    repo: old.chartRepoUrl,
    valuesFile: old.values,
    valuesInline: old.valuesLocal,
    valuesMerge: old.valuesMerge,
    releaseName: old.releaseName,
  } as HelmChartArgs;
}

function globalsOf(charts: readonly LegacyHelmChartArgs[]): HelmGlobals {
  const globals: { configHome?: string; chartHome?: string } = {};
  for (const { helmHome, chartHome } of charts) {
    if (helmHome) globals.configHome = helmHome;
    if (chartHome) globals.chartHome = chartHome;
  }
  return globals;
}

const kustomizationVersion = "kustomize.config.k8s.io/v1beta1";
const componentVersion = "kustomize.config.k8s.io/v1alpha1";

function problemsOf({ kind, apiVersion }: Kustomization): readonly string[] {
  const problems: string[] = [];
  if (kind !== "Kustomization" && kind !== "Component") problems.push("kind should be Kustomization or Component");
  const required = kind === "Component" ? componentVersion : kustomizationVersion;
  if (apiVersion !== required) problems.push(`apiVersion for ${kind} should be ${required}`);
  return problems;
}

const advice = "Run 'kustomize edit fix' to update your Kustomization automatically.";

const successors: readonly (readonly [keyof Kustomization, string, string])[] = [
  ["bases", "resources", advice],
  ["commonLabels", "labels", advice],
  ["imageTags", "images", advice],
  ["patchesJson6902", "patches", advice],
  ["patchesStrategicMerge", "patches", advice],
  ["vars", "replacements", `[EXPERIMENTAL] ${advice}`],
];

function deprecationsOf(fields: Kustomization): readonly string[] {
  return successors
    .filter(([field]) => fields[field] !== undefined)
    .map(([field, successor, hint]) => `# Warning: '${field}' is deprecated. Please use '${successor}' instead. ${hint}`);
}
