import { findResources, walkFiles } from "../../impact/discover.js";
import { objectAt, stringAt } from "../../manifest/value.js";
import type { Rule } from "../lint.js";

/** Applications of a project that the tree does not define. A tree without any AppProject keeps them elsewhere: nothing is said. */
export const unknownProject: Rule = {
  id: "unknown-project",
  severity: "error",
  check({ state, tree, isSearched }) {
    const projects = new Set<string>();
    for (const path of walkFiles(tree)) {
      const file = isSearched(path) ? tree.read(path) : undefined;
      if (!file) continue;
      for (const found of findResources(path, file).resources)
        if (found.kind === "project") projects.add(stringAt(objectAt(found.value, "metadata"), "name"));
    }
    if (projects.size === 0) return [];
    projects.add("default");
    return [...state.applications.values()].flatMap(({ key, origin, spec }) => {
      const project = stringAt(spec, "project") || "default";
      return projects.has(project)
        ? []
        : [{ location: { file: origin.file }, message: `${key}: no AppProject ${project} in this repository` }];
    });
  },
};
