import type { Rule } from "../rule.js";

/** ApplicationSets that generate nothing or not all, and files of the control plane that cannot be read. */
export const invalidResource: Rule = {
  id: "invalid-resource",
  severity: "error",
  summary: "An ApplicationSet is invalid or cannot generate, or a file with a resource of the control plane cannot be read.",
  check: ({ state, files }) => [
    ...[...state.applicationSets.values()].flatMap(({ file, document, errors }) =>
      errors
        // What a commit cannot know is no fault of the commit.
        .filter(({ code }) => code !== "IMPACT_NOT_IN_COMMIT" && code !== "IMPACT_REPOSITORY")
        .map(({ location, message }) => ({
          location: location?.line === undefined ? files.place(file, fieldIn(message), { document }) : location,
          message,
        })),
    ),
    ...state.problems
      .filter(({ error }) => error.code !== "IMPACT_DUPLICATE")
      .map(({ error }) => ({ location: error.location ?? { file: "." }, message: error.message })),
  ],
};

/** The field that a validation speaks of: `… spec.generators[0].list: Invalid value`; else the name. */
function fieldIn(message: string): readonly (string | number)[] {
  const field = /(?:^|\s)(spec[\w.[\]-]*): /.exec(message)?.[1];
  if (field === undefined) return ["metadata", "name"];
  return field
    .split(/[.[\]]+/)
    .filter((step) => step !== "")
    .map((step) => (/^\d+$/.test(step) ? Number(step) : step));
}
