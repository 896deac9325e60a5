import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { gunzipSync } from "node:zlib";
import { InputError } from "#src/core/errors.js";
import { readArchive } from "#src/core/helm/archive.js";
import { argoHelm, loadChart, mergeUserValues, releaseNameOf, templateChart, type UserValues } from "#src/core/helm/index.js";
import type { ValueObject } from "#src/core/manifest/value.js";
import { memoryTree } from "#src/core/render/memory-tree.js";
import { parseYamlDocuments } from "#src/core/yaml/parse.js";
import type { Area } from "./areas.js";

type File = string | { readonly b64: string } | { readonly link: string };

interface HelmArgs {
  readonly releaseName: string;
  readonly namespace: string;
  readonly kubeVersion?: string;
  readonly apiVersions: readonly string[];
  readonly includeCrds: boolean;
  readonly skipTests: boolean;
  readonly valueFiles: readonly (string | { readonly name: string; readonly content: string })[];
  readonly set: readonly string[];
  readonly setString: readonly string[];
  readonly setJson: readonly string[];
  readonly setFile?: readonly string[];
  readonly skipSchemaValidation?: boolean;
}

interface Expect {
  readonly exit: number;
  readonly stdout?: string;
  readonly stderr?: string;
  readonly by?: string;
}

interface SmallCase {
  readonly id: string;
  readonly files: Readonly<Record<string, File>>;
  readonly args?: HelmArgs;
  readonly argo?: { readonly source: ValueObject; readonly app: Readonly<Record<string, string>> };
  readonly ignore?: readonly Ignore[];
  readonly stderrNondeterministic?: boolean;
  readonly expect: Expect;
}

interface Ignore {
  readonly doc: number;
  readonly path: string;
}

interface Outcome {
  readonly stdout?: string;
  readonly error?: string;
}

const now = () => 1_700_000_000_000_000_000n;
const random = (count: number) => crypto.getRandomValues(new Uint8Array(count));
const revision = "0123456789abcdef0123456789abcdef01234567";

/** Real charts and small ones against the recorded output of Helm, byte for byte. */
export const helm: Area = async (folder, { match }) => {
  const failures: { id: string; why: string }[] = [];
  let passed = 0;
  const judge = (id: string, why: string | undefined) => {
    if (why === undefined) passed++;
    else failures.push({ id, why });
  };
  const wanted = (id: string) => match === undefined || id.includes(match);
  for (const name of readdirSync(join(folder, "small")).sort()) {
    const found = JSON.parse(readFileSync(join(folder, "small", name), "utf8")) as SmallCase;
    if (wanted(found.id)) judge(found.id, compare(found.expect, runSmall(found), found));
  }
  for (const chart of readdirSync(join(folder, "cases")).sort()) {
    for (const name of readdirSync(join(folder, "cases", chart)).sort()) {
      const id = `${chart}/${name.replace(/\.json$/, "")}`;
      if (name.endsWith(".json") && wanted(id)) judge(id, runReal(folder, join(folder, "cases", chart, name)));
    }
  }
  return { passed, failures, skipped: new Map() };
};

function runSmall(found: SmallCase): Outcome {
  const files: Record<string, string | Uint8Array> = {};
  const symlinks: Record<string, string> = {};
  for (const [path, file] of Object.entries(found.files)) {
    if (typeof file === "string") files[path] = file;
    else if ("link" in file) symlinks[path] = file.link;
    else files[path] = Buffer.from(file.b64, "base64");
  }
  const tree = memoryTree(files, { symlinks });
  const text = (path: string) => {
    const file = tree.read(path);
    if (!file) throw new InputError(`open <repo>/${path}: no such file or directory`, { code: "HELM_VALUES" });
    return Buffer.from(file.bytes).toString("utf8");
  };
  return attempt(() => {
    if (found.argo) {
      const { source, app } = found.argo;
      const { values, options } = argoHelm(source, {
        appName: app["name"] ?? "",
        namespace: app["destNamespace"] ?? "",
        revision,
        tree,
        path: "chart",
        kubeVersion: "1.33.0",
        apiVersions: ["v1", "apps/v1"],
      });
      return templateChart(loadChart(tree, "chart"), mergeUserValues(values), { ...options, now, random }).yaml;
    }
    return template(found.args as HelmArgs, text, () => loadChart(tree, "chart"));
  });
}

function runReal(folder: string, path: string): string | undefined {
  const found = JSON.parse(readFileSync(path, "utf8")) as HelmArgs & {
    readonly chart: string;
    readonly ignore?: readonly Ignore[];
    readonly expect: { readonly exit: number; readonly stdout?: string; readonly stdoutText?: string; readonly stderr?: string };
  };
  const archive = readArchive(readFileSync(join(folder, found.chart.includes("/") ? found.chart : `charts/${found.chart}`)));
  const tree = memoryTree(Object.fromEntries(archive.map((file) => [file.name, file.bytes])));
  const outcome = attempt(() =>
    template(
      found,
      () => "",
      () => loadChart(tree, ""),
    ),
  );
  const { expect } = found;
  const stdout = expect.exit === 0 ? gunzipSync(readFileSync(join(path, "..", expect.stdout as string))).toString("utf8") : "";
  return compare({ exit: expect.exit, stdout, ...(expect.stderr !== undefined && { stderr: expect.stderr }) }, outcome, found);
}

function template(args: HelmArgs, text: (path: string) => string, load: () => ReturnType<typeof loadChart>): string {
  const user: UserValues = {
    files: args.valueFiles.map((file) =>
      typeof file === "string" ? { name: `<repo>/${file}`, text: text(file) } : { name: file.name, text: file.content },
    ),
    set: args.set,
    setString: args.setString,
    setJson: args.setJson,
    setFile: args.setFile ?? [],
    readFile: text,
  };
  const releaseName = releaseNameOf(args.releaseName, { now, random });
  const values = mergeUserValues(user);
  const { namespace, kubeVersion, apiVersions, includeCrds, skipTests, skipSchemaValidation } = args;
  const options = { namespace, apiVersions, includeCrds, skipTests, ...(kubeVersion && { kubeVersion }) };
  return templateChart(load(), values, {
    ...options,
    releaseName,
    now,
    random,
    ...(skipSchemaValidation && { skipSchemaValidation }),
  }).yaml;
}

const debugHint = "\n\nUse --debug flag to render out invalid YAML";
const hinted = new Set(["HELM_TEMPLATE", "HELM_MANIFEST", "HELM_INCOMPATIBLE"]);

function attempt(run: () => string): Outcome {
  try {
    return { stdout: run() };
  } catch (error) {
    if (!(error instanceof InputError)) throw error;
    return { error: error.message + (hinted.has(error.code) ? debugHint : "") };
  }
}

function compare(
  expect: Expect,
  outcome: Outcome,
  found: { readonly ignore?: readonly Ignore[]; readonly stderrNondeterministic?: boolean },
): string | undefined {
  if (expect.exit !== 0) {
    const wanted = errorText(expect);
    const same = outcome.error !== undefined && sameMessage(outcome.error, wanted, found.stderrNondeterministic ?? false);
    return same ? undefined : `expected the error ${JSON.stringify(wanted)}, got ${JSON.stringify(shorten(outcome))}`;
  }
  if (outcome.stdout === undefined) return `expected output, got the error ${JSON.stringify(outcome.error)}`;
  const wanted = expect.stdout ?? "";
  if (outcome.stdout === wanted) return undefined;
  if (found.ignore && sameObjects(wanted, outcome.stdout, found.ignore)) return undefined;
  return firstDifference(wanted, outcome.stdout);
}

/** Log lines are information; the message follows `Error: `. */
function errorText({ stderr = "", by }: Expect): string {
  if (by === "argocd") return stderr.trim();
  const start = stderr.search(/^Error: /m);
  return stderr.slice(start + "Error: ".length).trimEnd();
}

function sameMessage(actual: string, wanted: string, asSet: boolean): boolean {
  const lines = (text: string) => text.trimEnd().split("\n").sort().join("\n");
  const plain = (text: string) => text.replaceAll("<repo>/", "").trimEnd();
  return plain(actual) === plain(wanted) || (asSet && lines(plain(actual)) === lines(plain(wanted)));
}

function sameObjects(wanted: string, actual: string, ignore: readonly Ignore[]): boolean {
  const objects = (text: string) => {
    const documents = parseYamlDocuments(text, { dialect: "kubernetes" });
    const maps = structuredClone(
      documents.filter((value) => typeof value === "object" && value !== null && !Array.isArray(value)),
    );
    for (const { doc, path } of ignore) removeAt(maps[doc], path);
    return JSON.stringify(maps);
  };
  return objects(wanted) === objects(actual);
}

function removeAt(root: unknown, pointer: string): void {
  const keys = pointer
    .split("/")
    .slice(1)
    .map((key) => key.replaceAll("~1", "/").replaceAll("~0", "~"));
  let holder = root as Record<string, unknown> | undefined;
  for (const key of keys.slice(0, -1)) holder = holder?.[key] as Record<string, unknown> | undefined;
  if (holder) delete holder[keys.at(-1) as string];
}

function firstDifference(wanted: string, actual: string): string {
  const left = wanted.split("\n");
  const right = actual.split("\n");
  const index = left.findIndex((line, at) => line !== right[at]);
  const at = index < 0 ? left.length : index;
  return `line ${at + 1}: expected ${JSON.stringify(left.slice(at, at + 3))}, got ${JSON.stringify(right.slice(at, at + 3))}`;
}

function shorten(outcome: Outcome): Outcome {
  return outcome.stdout === undefined ? outcome : { stdout: outcome.stdout.slice(0, 200) };
}
