import type { Rule } from "../rule.js";
import { unmatchedEntries } from "../unmatched.js";

/** Targets of replacements that select nothing, in any build of the fleet: kustomize says nothing of them. */
export const replacementNoMatch: Rule = {
  id: "replacement-no-match",
  severity: "error",
  summary: "A target of a replacement selects no resource in any build, so it does nothing.",
  check: (fleet) =>
    unmatchedEntries(fleet, ["replacements"]).map(({ file, field, entry, target, select }) => ({
      location: fleet.files.place(file, [field, entry, "targets", target ?? 0, "select"], { dialect: "kustomize" }),
      message: `the replacement matches nothing: no resource is ${select}`,
    })),
};
