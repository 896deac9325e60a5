import type { Location } from "../../errors.js";
import { isObject, listAt, stringAt } from "../../manifest/value.js";
import { joinInside } from "../../render/memory-tree.js";
import type { FleetFiles } from "../fleet-files.js";
import type { Rule } from "../rule.js";

/** Applications that cannot be rendered; found where the error is, else where the Application comes from. The same error is told once. */
export const renderError: Rule = {
  id: "render-error",
  severity: "error",
  summary: "An Application cannot be rendered.",
  check({ state, files }) {
    const found = new Map<string, { location: Location; message: string; applications: string[] }>();
    for (const { key, origin, render } of state.applications.values()) {
      const { error } = render;
      if (!error) continue;
      const location = placeOfError(files, error.location ?? { file: origin.file });
      const id = JSON.stringify([location, error.message]);
      const known = found.get(id);
      if (known) known.applications.push(key);
      else found.set(id, { location, message: error.message, applications: [key] });
    }
    return [...found.values()].map(({ location, message, applications }) => ({
      location,
      message: `${named(applications)}: ${message}`,
    }));
  },
};

/** A file that is not there is told at the kustomization that names it. */
function placeOfError(files: FleetFiles, location: Location): Location {
  if (location.line !== undefined || files.text(location.file) !== undefined) return location;
  for (const { file, directory, value } of files.kustomizations)
    for (const field of ["resources", "bases", "components", "patchesStrategicMerge", "patches", "patchesJson6902"])
      for (const [index, entry] of listAt(value, field).entries()) {
        const name = isObject(entry) ? stringAt(entry, "path") : entry;
        if (typeof name === "string" && !name.includes("\n") && joinInside(`${directory}/${name}`) === location.file)
          return files.place(file, [field, index], { dialect: "kustomize" });
      }
  return location;
}

/** `argocd/a`, `argocd/a and 11 more`. */
export function named(applications: readonly string[]): string {
  const [first = ""] = applications;
  return applications.length === 1 ? first : `${first} and ${applications.length - 1} more`;
}
