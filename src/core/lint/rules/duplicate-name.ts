import { listAt, objectAt, stringAt } from "../../manifest/value.js";
import type { Finding, LintedFleet, Rule } from "../rule.js";

/** Two definitions of one Application, ApplicationSet, AppProject or cluster: one of them counts, and which is chance. */
export const duplicateName: Rule = {
  id: "duplicate-name",
  severity: "error",
  summary: "Two Applications, ApplicationSets, AppProjects or clusters of one name.",
  check: (fleet) => [
    ...fleet.state.problems
      .filter(({ error }) => error.code === "IMPACT_DUPLICATE")
      .map(({ error }) => ({ location: nameIn(fleet, error.location?.file ?? "."), message: error.message })),
    ...duplicateDefinitions(fleet),
  ],
};

/** Where a file with one Application or ApplicationSet names it. */
function nameIn({ files }: LintedFleet, file: string): Finding["location"] {
  const found = files.resources.filter((resource) => resource.file === file);
  const [only] = found;
  if (only === undefined || found.length > 1) return { file };
  const path = only.kind === "applicationSet" ? ["spec", "template", "metadata", "name"] : ["metadata", "name"];
  return files.place(file, path, { document: only.document });
}

function duplicateDefinitions({ files }: LintedFleet): readonly Finding[] {
  const seen = new Map<string, string>();
  const findings: Finding[] = [];
  for (const found of files.resources) {
    const names = found.kind === "cluster" ? clusterNames(found.cluster) : definedNames(found);
    for (const { name, path } of names) {
      const place = files.place(found.file, path, { document: found.document });
      const first = seen.get(name);
      if (first !== undefined) findings.push({ location: place, message: `${name} is defined by ${first} already` });
      else seen.set(name, `${place.file}${place.line === undefined ? "" : `:${place.line}`}`);
    }
  }
  return findings;
}

interface Name {
  readonly name: string;
  readonly path: readonly (string | number)[];
}

type Found = LintedFleet["files"]["resources"][number];

function definedNames(found: Exclude<Found, { kind: "cluster" }>): readonly Name[] {
  if (found.kind !== "applicationSet" && found.kind !== "project") return [];
  // Of a List, the place of the item is not known.
  if (listAt(found.value, "items").length > 0) return [];
  const metadata = objectAt(found.value, "metadata");
  const what = found.kind === "project" ? "AppProject" : "ApplicationSet";
  const key = `${stringAt(metadata, "namespace") || "argocd"}/${stringAt(metadata, "name")}`;
  return [{ name: `${what} ${key}`, path: ["metadata", "name"] }];
}

function clusterNames({ name, server }: Extract<Found, { kind: "cluster" }>["cluster"]): readonly Name[] {
  return [
    ...(name === "" ? [] : [{ name: `cluster name ${name}`, path: ["stringData", "name"] }]),
    ...(server === "" ? [] : [{ name: `cluster server ${server.replace(/\/+$/, "")}`, path: ["stringData", "server"] }]),
  ];
}
