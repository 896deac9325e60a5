import { utf8Decode } from "../../platform/bytes.js";
import type { Location } from "../errors.js";
import type { FleetState } from "../impact/fleet-state.js";
import type { ValueObject } from "../manifest/value.js";
import type { FileTree } from "../render/file-tree.js";
import { deprecatedField } from "./rules/deprecated-field.js";
import { duplicateName } from "./rules/duplicate-name.js";
import { renderError } from "./rules/render-error.js";
import { unknownProject } from "./rules/unknown-project.js";

/** What rules look at: the fleet at one tree, and the tree. */
export interface LintInput {
  readonly state: FleetState;
  readonly tree: FileTree;
  readonly isSearched: (path: string) => boolean;
}

export interface Finding {
  readonly location: Location;
  readonly message: string;
}

export interface Rule {
  readonly id: string;
  readonly severity: "error" | "warning";
  check(fleet: LintInput): readonly Finding[];
}

export interface RuleFinding extends Finding {
  readonly rule: string;
  readonly severity: Rule["severity"];
}

export const rules: readonly Rule[] = [deprecatedField, duplicateName, renderError, unknownProject];

/** Every finding that is not suppressed, sorted by rule and place. A suppression without a reason does not count. */
export function lintFleet(fleet: LintInput, suppressions: readonly ValueObject[]): readonly RuleFinding[] {
  const key = ({ rule, location }: RuleFinding): string =>
    `${rule} ${location.file} ${String(location.line ?? 0).padStart(8, "0")}`;
  return rules
    .flatMap(({ id, severity, check }) => check(fleet).map((finding) => ({ rule: id, severity, ...finding })))
    .filter((finding) => !isSuppressed(finding, fleet.tree, suppressions))
    .sort((a, b) => (key(a) < key(b) ? -1 : key(a) > key(b) ? 1 : 0));
}

function isSuppressed({ rule, location }: RuleFinding, tree: FileTree, suppressions: readonly ValueObject[]): boolean {
  const isListed = suppressions.some(
    (entry) =>
      entry["rule"] === rule && entry["path"] === location.file && typeof entry["reason"] === "string" && entry["reason"] !== "",
  );
  if (isListed) return true;
  const file = tree.kind(location.file) === "file" ? tree.read(location.file) : undefined;
  const lines = (file && utf8Decode(file.bytes))?.split("\n") ?? [];
  return lines.some((line) => {
    const match = /^\s*# fleetwright-lint-ignore ([a-z-]+): \S/.exec(line);
    return match?.[1] === rule;
  });
}
