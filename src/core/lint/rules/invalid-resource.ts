import type { Rule } from "../rule.js";

/** ApplicationSets that generate nothing or not all, and files of the control plane that cannot be read. */
export const invalidResource: Rule = {
  id: "invalid-resource",
  severity: "error",
  summary: "An ApplicationSet is invalid or cannot generate, or a file with a resource of the control plane cannot be read.",
  check: ({ state }) => [
    ...[...state.applicationSets.values()].flatMap(({ file, errors }) =>
      errors
        // What a commit cannot know is no fault of the commit.
        .filter(({ code }) => code !== "IMPACT_NOT_IN_COMMIT" && code !== "IMPACT_REPOSITORY")
        .map((error) => ({ location: error.location ?? { file }, message: error.message })),
    ),
    ...state.problems
      .filter(({ error }) => error.code !== "IMPACT_DUPLICATE")
      .map(({ error }) => ({ location: error.location ?? { file: "." }, message: error.message })),
  ],
};
