import type { Location } from "../../errors.js";
import type { Rule } from "../rule.js";

/** Applications that cannot be rendered; found where the error is, else where the Application comes from. The same error is told once. */
export const renderError: Rule = {
  id: "render-error",
  severity: "error",
  summary: "An Application cannot be rendered.",
  check({ state }) {
    const found = new Map<string, { location: Location; message: string; applications: string[] }>();
    for (const { key, origin, render } of state.applications.values()) {
      const { error } = render;
      if (!error) continue;
      const location = error.location ?? { file: origin.file };
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

/** `argocd/a`, `argocd/a and 11 more`. */
export function named(applications: readonly string[]): string {
  const [first = ""] = applications;
  return applications.length === 1 ? first : `${first} and ${applications.length - 1} more`;
}
