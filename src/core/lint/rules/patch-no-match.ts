import type { Rule } from "../rule.js";
import { unmatchedEntries } from "../unmatched.js";

/** Patches with a target that selects nothing, in any build of the fleet: kustomize says nothing of them. */
export const patchNoMatch: Rule = {
  id: "patch-no-match",
  severity: "error",
  summary: "The target of a patch selects no resource in any build, so the patch does nothing.",
  check: (fleet) =>
    unmatchedEntries(fleet, ["patches", "patchesJson6902"]).map(({ file, field, entry, select }) => ({
      location: fleet.files.place(file, [field, entry, "target"], { dialect: "kustomize" }),
      message: `the patch matches nothing: no resource is ${select}`,
    })),
};
