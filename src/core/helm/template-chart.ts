import { utf8DecodeLossy } from "../../platform/bytes.js";
import { deepCopy } from "../gotemplate/funcs/dicts.js";
import type { ExecuteOptions } from "../gotemplate/render.js";
import { fromPlain } from "../gotemplate/value/convert.js";
import { trimSpace } from "../gotemplate/value/unicode.js";
import { GoMap, type GoValue, int } from "../gotemplate/value/value.js";
import { capabilities } from "./capabilities.js";
import type { Chart } from "./chart.js";
import { coalesceValues } from "./coalesce.js";
import { checkDependencies, isCompatible, processDependencies } from "./dependencies.js";
import { renderTemplates } from "./engine.js";
import { helmError } from "./failure.js";
import { type Hook, type Manifest, sortManifests } from "./manifests.js";
import { validateValues } from "./schema.js";
import { collectTemplates } from "./scope.js";
import type { StableSeed } from "./stable-random.js";

export interface TemplateOptions extends Pick<ExecuteOptions, "budget" | "now" | "random" | "onUnstable"> {
  readonly releaseName: string;
  /** Default "default". */
  readonly namespace?: string;
  readonly isUpgrade?: boolean;
  /** Default: Helm's own. */
  readonly kubeVersion?: string;
  /** Beside those that Helm knows. */
  readonly apiVersions?: readonly string[];
  readonly includeCrds?: boolean;
  readonly skipTests?: boolean;
  readonly skipHooks?: boolean;
  readonly skipSchemaValidation?: boolean;
  /** A seed (a date also sets the clock): random functions give the same in each render of a release. */
  readonly stableRandom?: string;
}

export interface ChartOutput {
  /** What `helm template` prints. */
  readonly yaml: string;
  /** Files of crds/ (with `includeCrds`), as they are. */
  readonly crds: readonly { readonly path: string; readonly text: string }[];
  readonly manifests: readonly Manifest[];
  readonly hooks: readonly Hook[];
  readonly notes: string;
  readonly warnings: readonly string[];
  /** Functions with a different result each time that the templates used (`randAlphaNum`, `now`, `genCA` …). */
  readonly unstable: readonly string[];
  /** Where they were used: `chart/templates/x.yaml`, with the functions. Empty with `stableRandom`. */
  readonly unstableTemplates: ReadonlyMap<string, readonly string[]>;
}

const validName = /^[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$/;

/**
 * Renders a chart as `helm template` of Helm 4.3 does. `values` are the user's (see `mergeUserValues`), a GoMap or plain data.
 * Throws InputError HELM_… with Helm's message; HELM_TEMPLATE and HELM_MANIFEST carry the place in the chart.
 */
export function templateChart(chart: Chart, values: GoMap | object, options: TemplateOptions): ChartOutput {
  const warnings: string[] = [];
  const unstable = new Set<string>();
  const unstableTemplates = new Map<string, readonly string[]>();
  const warn = (message: string) => void warnings.push(message);
  checkInstallable(chart);
  checkDependencies(chart);
  checkName(options.releaseName);
  const given = values instanceof GoMap ? (deepCopy(values) as GoMap) : (fromPlain(values) as GoMap);
  const processed = processDependencies(chart, given, warn);
  const cluster = capabilities(options.kubeVersion, options.apiVersions ?? []);
  const coalesced = coalesceValues(processed, given, { merge: false, warn });
  if (!options.skipSchemaValidation) validateValues(processed, coalesced);
  checkKubeVersion(processed, cluster.kubeVersion);
  const templates = collectTemplates(processed, coalesced, { release: releaseObject(options), capabilities: cluster });
  const rendered = renderTemplates(templates, {
    ...(options.budget && { budget: options.budget }),
    ...(options.now && { now: options.now }),
    ...(options.random && { random: options.random }),
    ...(options.stableRandom !== undefined && { stableRandom: seedOf(options) }),
    onUnstable: (name, file) => {
      options.onUnstable?.(name);
      if (options.stableRandom !== undefined) return;
      unstable.add(name);
      const known = unstableTemplates.get(file) ?? [];
      if (!known.includes(name)) unstableTemplates.set(file, [...known, name].sort());
    },
  });
  const notes = takeNotes(rendered, processed.metadata.name);
  const { manifests, hooks } = sortManifests(rendered, warn);
  const crds = options.includeCrds ? crdFiles(processed, processed.metadata.name) : [];
  const kept = options.skipHooks ? [] : hooks.filter((hook) => !(options.skipTests && hook.events.includes("test")));
  const yaml = printRelease(crds, manifests, kept);
  return { yaml, crds, manifests, hooks: kept, notes, warnings, unstable: [...unstable].sort(), unstableTemplates };
}

/** Two releases of one seed have secrets of their own. */
function seedOf({ stableRandom = "", releaseName, namespace = "default" }: TemplateOptions): StableSeed {
  return { time: stableRandom, bytes: JSON.stringify([stableRandom, namespace, releaseName]) };
}

function checkInstallable({ metadata }: Chart): void {
  if (metadata.type === "" || metadata.type === "application") return;
  throw helmError(`${metadata.type} charts are not installable`);
}

function checkName(name: string): void {
  let reason = "";
  if (name === "") reason = "no name provided";
  else if (name.length > 53 || !validName.test(name)) {
    reason = `invalid release name, must match regex ${validName.source} and the length must not be longer than 53`;
  }
  if (reason !== "")
    throw helmError(`release name check failed: release name "${name}": ${reason}`, { code: "HELM_RELEASE_NAME" });
}

function checkKubeVersion(chart: Chart, version: { readonly normalized: string; readonly version: string }): void {
  const { kubeVersion } = chart.metadata;
  if (kubeVersion === "" || isCompatible(kubeVersion, version.normalized)) return;
  throw helmError(`chart requires kubeVersion: ${kubeVersion} which is incompatible with Kubernetes ${version.version}`, {
    code: "HELM_INCOMPATIBLE",
  });
}

function releaseObject(options: TemplateOptions): GoMap {
  const isUpgrade = options.isUpgrade ?? false;
  return new GoMap(
    new Map<string, GoValue>([
      ["Name", options.releaseName],
      ["Namespace", options.namespace ?? "default"],
      ["IsUpgrade", isUpgrade],
      ["IsInstall", !isUpgrade],
      ["Revision", int(1)],
      ["Service", "Helm"],
    ]),
  );
}

/** Removes every NOTES.txt from the rendered files; the text of the chart's own. */
function takeNotes(rendered: Map<string, string>, chart: string): string {
  let notes = "";
  for (const [path, text] of [...rendered]) {
    if (!path.endsWith("NOTES.txt")) continue;
    if (path === `${chart}/templates/NOTES.txt`) notes = text;
    rendered.delete(path);
  }
  return notes;
}

function crdFiles(chart: Chart, path: string): { readonly path: string; readonly text: string }[] {
  const own = chart.files
    .filter((file) => file.name.startsWith("crds/") && /\.(?:yaml|yml|json)$/i.test(file.name))
    .map((file) => ({ path: `${path}/${file.name}`, text: utf8DecodeLossy(file.bytes) }));
  return [...own, ...chart.dependencies.flatMap((child) => crdFiles(child, `${path}/charts/${child.metadata.name}`))];
}

function printRelease(crds: ChartOutput["crds"], manifests: readonly Manifest[], hooks: readonly Hook[]): string {
  const print = ({ path, text }: { readonly path: string; readonly text: string }) => `---\n# Source: ${path}\n${text}\n`;
  const body = [...crds.map(print), ...manifests.map(print)].join("");
  return `${trimSpace(body)}\n${hooks.map(print).join("")}`;
}
