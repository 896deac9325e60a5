import { execFileSync } from "node:child_process";
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { emitYaml } from "#src/core/yaml/emit.js";
import type { ApplicationSetCase } from "../conformance/applicationset/case.js";

/** One commit: path → its new text, or undefined where it is deleted. */
export type Edit = Readonly<Record<string, string | undefined>>;

/** A git repository made of a recorded case: its tree, its clusters and its ApplicationSet, as a platform team would keep them. */
export interface HarvestedRepository {
  readonly directory: string;
  /** `--repo URL=PATH` for each other repository of the case. */
  readonly repos: readonly string[];
  /** The files that were there in the first commit, without those that hold the ApplicationSet and the clusters. */
  readonly files: Readonly<Record<string, string>>;
  commit(edit: Edit): void;
}

/** Recorded cases that have a tree, from one file of the corpus. */
export function casesWithTrees(file: string): readonly ApplicationSetCase[] {
  if (!existsSync(file)) return [];
  return readFileSync(file, "utf8")
    .trim()
    .split("\n")
    .map((line) => JSON.parse(line) as ApplicationSetCase)
    .filter(({ input, expected }) => input.git !== undefined && expected.admission.valid && expected.decodeError === undefined);
}

/** Makes the repositories of a case below `parent`. The tree of the first URL is the checkout. */
export function makeRepository({ input }: ApplicationSetCase, parent: string): HarvestedRepository {
  const [[url = "", revisions = {}] = [], ...others] = Object.entries(input.git ?? {});
  const directory = join(parent, "checkout");
  const files = withContents(Object.values(revisions)[0] ?? {});
  const own = {
    // Generators leave hidden folders out.
    ".fleet/applicationset.yaml": emitYaml(input.applicationSet, { style: "kubernetes" }),
    ...Object.fromEntries(
      (input.clusters ?? []).map((secret, at) => [`.fleet/cluster-${at}.yaml`, emitYaml(secret, { style: "kubernetes" })]),
    ),
  };
  initialize(directory, url, { ...files, ...own });
  const repos = others.map(([other, otherRevisions], at) => {
    initialize(join(parent, `other-${at}`), other, withContents(Object.values(otherRevisions)[0] ?? {}));
    return `${other}=${join(parent, `other-${at}`)}`;
  });
  return { directory, repos, files, commit: (edit) => commit(directory, edit) };
}

/** The corpus keeps names, and `x: 1` for contents that no generator reads: overlays and charts get some that render. */
function withContents(tree: Readonly<Record<string, string>>): Readonly<Record<string, string>> {
  const made = new Map(Object.entries(tree));
  for (const [path, text] of Object.entries(tree)) {
    const folder = dirname(path);
    const name =
      folder
        .split("/")
        .at(-1)
        ?.toLowerCase()
        .replace(/[^a-z0-9-]/g, "-") || "top";
    if (text.trim() !== "x: 1") continue;
    if (path.endsWith("kustomization.yaml")) {
      made.set(path, "resources: [config.yaml]\n");
      made.set(join(folder, "config.yaml"), configMap(name, "1"));
    } else if (path.endsWith("Chart.yaml")) {
      made.set(path, `apiVersion: v2\nname: ${name}\nversion: 1.0.0\n`);
      made.set(join(folder, "templates/config.yaml"), configMap(`${name}-{{ .Release.Name }}`, "{{ .Values.x }}"));
    }
  }
  return Object.fromEntries(made);
}

function configMap(name: string, value: string): string {
  return `apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: ${name}\ndata:\n  x: "${value}"\n`;
}

function initialize(directory: string, url: string, files: Edit): void {
  mkdirSync(directory, { recursive: true });
  git(directory, "init", "-q", "-b", "main", ".");
  git(directory, "remote", "add", "origin", url);
  commit(directory, files);
}

function commit(directory: string, edit: Edit): void {
  for (const [path, text] of Object.entries(edit)) {
    const file = join(directory, path);
    if (text === undefined) rmSync(file);
    else {
      mkdirSync(dirname(file), { recursive: true });
      writeFileSync(file, text);
    }
  }
  git(directory, "add", "-A");
  git(directory, "-c", "user.name=t", "-c", "user.email=t@example.com", "commit", "-qm", "change");
}

function git(directory: string, ...args: readonly string[]): void {
  execFileSync("git", ["-C", directory, ...args], { stdio: "ignore" });
}
