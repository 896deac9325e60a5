import { utf8DecodeLossy } from "../../platform/bytes.js";
import { InputError } from "../errors.js";
import { compareText, fromBytes } from "../gotemplate/value/text.js";
import { readArchive } from "./archive.js";
import type { Chart, ChartFile, Metadata } from "./chart.js";
import { decodeMap, StructReader } from "./decode.js";
import { helmError, prefixed } from "./failure.js";
import { readMetadata, validateMetadata } from "./metadata.js";
import { loadValues } from "./values.js";

const maxNesting = 50;

/** A chart of its files (names relative to the chart). Throws InputError HELM_CHART with Helm's message. */
export function loadChartFiles(files: readonly ChartFile[], nesting = 0): Chart {
  if (nesting > maxNesting) throw helmError("charts are nested too deeply", { code: "HELM_ARCHIVE" });
  // An archive may hold a name twice: the later one counts, and of Chart.yaml what it says beyond the earlier one.
  const text = (name: string) => {
    const file = files.findLast((candidate) => candidate.name === name);
    return file && fromBytes(file.bytes);
  };
  const [first, ...more] = files.filter(({ name }) => name === "Chart.yaml").map(({ bytes }) => fromBytes(bytes));
  if (nesting === 0) checkChartVersion(first);
  let metadata = more.reduce<Metadata | undefined>((base, next) => chartYaml(next, base), chartYaml(first));
  const values = reading("cannot load values.yaml: ", "values.yaml", () => loadValues(text("values.yaml") ?? ""));
  const requirements = text("requirements.yaml");
  if (requirements !== undefined) {
    const base = metadata;
    metadata = reading("cannot load requirements.yaml: ", "requirements.yaml", () => readMetadata(decodeMap(requirements), base));
  }
  if (metadata === undefined) throw helmError("Chart.yaml file is missing");
  const valid = validateMetadata(metadata);
  const isV1 = valid.apiVersion === "v1";
  const chart = {
    metadata: valid,
    values,
    schema: schemaOf(files),
    lock: files.findLast((file) => file.name === "Chart.lock" || file.name === "requirements.lock")?.bytes,
    templates: files.filter((file) => file.name.startsWith("templates/")),
    files: files.filter((file) => isPlainFile(file.name, isV1)),
  };
  return { ...chart, dependencies: loadSubcharts(files, valid, nesting) };
}

/** Which charts of its own Helm 4 can load and which it can render; subcharts are not asked. */
function checkChartVersion(text: string | undefined): void {
  if (text === undefined) return;
  const version = reading("cannot load Chart.yaml: ", "Chart.yaml", () =>
    new StructReader({ name: "chartBase", type: "loader.chartBase" }, decodeMap(text)).string("apiVersion"),
  );
  if (version === "v3") throw helmError("invalid chart apiVersion");
  if (!["", "v1", "v2"].includes(version)) throw helmError("unsupported chart version");
}

function chartYaml(text: string | undefined, base?: Metadata): Metadata | undefined {
  if (text === undefined) return undefined;
  return reading("cannot load Chart.yaml: ", "Chart.yaml", () => {
    const metadata = readMetadata(decodeMap(text), base);
    return metadata.apiVersion === "" ? { ...metadata, apiVersion: "v1" } : metadata;
  });
}

function schemaOf(files: readonly ChartFile[]): string | undefined {
  const file = files.findLast((candidate) => candidate.name === "values.schema.json");
  return file && utf8DecodeLossy(file.bytes);
}

const special = new Set(["Chart.yaml", "Chart.lock", "values.yaml", "values.schema.json"]);

function isPlainFile(name: string, isV1: boolean): boolean {
  if (name === "requirements.yaml" || name === "requirements.lock") return isV1;
  if (name.startsWith("charts/")) return name.endsWith(".prov");
  return !special.has(name) && !name.startsWith("templates/");
}

/** Charts of `charts/`, by name: a folder or a packed chart each. */
function loadSubcharts(files: readonly ChartFile[], metadata: Metadata, nesting: number): Chart[] {
  const groups = new Map<string, ChartFile[]>();
  for (const file of files) {
    if (!file.name.startsWith("charts/") || file.name.endsWith(".prov")) continue;
    const name = file.name.slice("charts/".length);
    const [folder = ""] = name.split("/");
    const group = groups.get(folder) ?? [];
    group.push({ name, bytes: file.bytes });
    groups.set(folder, group);
  }
  const names = [...groups.keys()].filter((name) => !name.startsWith("_") && !name.startsWith("."));
  return names.sort(compareText).map((name) => {
    try {
      return loadSubchart(name, groups.get(name) as ChartFile[], metadata, nesting);
    } catch (error) {
      throw prefixed(`error unpacking subchart ${name} in ${metadata.name}: `, error);
    }
  });
}

function loadSubchart(name: string, files: readonly ChartFile[], parent: Metadata, nesting: number): Chart {
  if (name.endsWith(".tgz")) {
    const [file] = files as readonly [ChartFile];
    if (file.name !== name) {
      throw helmError(`error unpacking subchart tar in ${parent.name}: expected ${name}, got ${file.name}`);
    }
    return loadChartFiles(readArchive(file.bytes), nesting + 1);
  }
  const inner = files
    .filter((file) => file.name.includes("/"))
    .map((file) => ({ ...file, name: file.name.slice(name.length + 1) }));
  return loadChartFiles(inner, nesting + 1);
}

function reading<T>(prefix: string, file: string, read: () => T): T {
  try {
    return read();
  } catch (error) {
    if (!(error instanceof InputError) || error.message.startsWith("validation: ")) throw error;
    const located = prefixed(prefix, error) as InputError;
    throw new InputError(located.message, { code: "HELM_CHART", location: { ...error.location, file }, cause: error });
  }
}
