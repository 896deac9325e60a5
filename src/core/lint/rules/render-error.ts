import type { Rule } from "../lint.js";

/** Applications that cannot be rendered; found where the error is, else where the Application comes from. */
export const renderError: Rule = {
  id: "render-error",
  severity: "error",
  check: ({ state }) =>
    [...state.applications.values()].flatMap(({ key, origin, render: { error } }) =>
      error ? [{ location: error.location ?? { file: origin.file }, message: `${key}: ${error.message}` }] : [],
    ),
};
