import { helmError } from "./failure.js";
import { splitManifests } from "./manifests.js";
import { matchPath } from "./path-match.js";

/** `--show-only`: the documents of `helm template` output that come from the given templates (patterns allowed). */
export function showOnly(yaml: string, templates: readonly string[]): string {
  const documents = splitManifests(yaml);
  const shown = templates.flatMap((template) => {
    const found = documents.filter((document) => {
      const source = /# Source: [^/]+\/(.+)/.exec(document)?.[1];
      return source !== undefined && matchPath(template, source);
    });
    if (found.length === 0) throw helmError(`could not find template ${template} in chart`, { code: "HELM_NOT_FOUND" });
    return found;
  });
  return shown.map((document) => `---\n${document}\n`).join("");
}
