import type { Location } from "../../errors.js";
import { objectAt, stringAt } from "../../manifest/value.js";
import type { Finding, LintedFleet, Rule } from "../rule.js";
import { named } from "./render-error.js";

/** Applications of a project that the tree does not define. A tree without any AppProject keeps them elsewhere: nothing is said. */
export const unknownProject: Rule = {
  id: "unknown-project",
  severity: "error",
  summary: "An Application names an AppProject that the repository does not define.",
  check(fleet) {
    const { files, state } = fleet;
    const projects = new Set(
      files.resources.flatMap((found) => (found.kind === "project" ? [stringAt(objectAt(found.value, "metadata"), "name")] : [])),
    );
    if (projects.size === 0) return [];
    projects.add("default");
    const found = new Map<string, { location: Location; project: string; applications: string[] }>();
    for (const { key, origin, spec } of state.applications.values()) {
      const project = stringAt(spec, "project") || "default";
      if (projects.has(project)) continue;
      const location =
        origin.kind === "file"
          ? files.place(origin.file, ["spec", "project"], { document: origin.document })
          : placeInSet(fleet, origin.applicationSet);
      const id = JSON.stringify([location, project]);
      const known = found.get(id);
      if (known) known.applications.push(key);
      else found.set(id, { location, project, applications: [key] });
    }
    return [...found.values()].map(
      ({ location, project, applications }): Finding => ({
        location,
        message: `${named(applications)}: no AppProject ${project} in this repository`,
      }),
    );
  },
};

function placeInSet({ files, state }: LintedFleet, key: string): Location {
  const set = state.applicationSets.get(key);
  return set ? files.place(set.file, ["spec", "template", "spec", "project"], { document: set.document }) : { file: "." };
}
