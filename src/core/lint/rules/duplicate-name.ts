import type { Rule } from "../lint.js";

/** Two definitions of one Application: only the first counts. */
export const duplicateName: Rule = {
  id: "duplicate-name",
  severity: "error",
  check: ({ state }) =>
    state.problems
      .filter(({ error }) => error.code === "IMPACT_DUPLICATE")
      .map(({ error }) => ({ location: error.location ?? { file: "." }, message: error.message })),
};
