import { compileGobwasLenient, type GlobMatcher } from "../glob/gobwas.js";
import { compileRegexStrict } from "../project/matchers.js";
import type { Policy, PolicyRule } from "./policy.js";

export interface RbacRequest {
  readonly resource: string;
  readonly action: string;
  readonly object: string;
}

/** Answers for one subject (a user, a group or a role): allowed by a rule and denied by none. */
export interface RbacEnforcer {
  isAllowed(subject: string, request: RbacRequest): boolean;
  /** Whether a `g` line names this member, so that asking for the group can change anything. */
  isMember(name: string): boolean;
}

interface CompiledRule {
  readonly isAllow: boolean;
  readonly isDeny: boolean;
  readonly resource: GlobMatcher;
  readonly action: GlobMatcher;
  readonly object: GlobMatcher;
}

const maxRoleDepth = 10;

/** Compiles policies once; roles are inherited through `g` lines, ten levels deep at most (casbin). */
export function compileEnforcer(policies: readonly Policy[], matchMode: "glob" | "regex"): RbacEnforcer {
  const compile = memoize(matchMode === "regex" ? failClosed : (pattern: string) => compileGobwasLenient(pattern));
  const rulesOf = groupBy(
    policies.flatMap((policy) => policy.rules),
    (rule) => rule.subject,
    (rule) => compileRule(rule, compile),
  );
  const rolesOf = groupBy(
    policies.flatMap((policy) => policy.grants),
    (grant) => grant.member,
    (grant) => grant.role,
  );
  return {
    isMember: (name) => rolesOf.has(name),
    isAllowed: (subject, request) => {
      const rules = [...inheritedRoles(subject, rolesOf)].flatMap((role) => rulesOf.get(role) ?? []);
      try {
        return isAllowedBy(rules, request);
      } catch (error) {
        if (error instanceof BrokenPattern) return false;
        throw error;
      }
    },
  };
}

function isAllowedBy(rules: readonly CompiledRule[], request: RbacRequest): boolean {
  let isAllowed = false;
  for (const rule of rules) {
    if (!rule.resource(request.resource) || !rule.action(request.action) || !rule.object(request.object)) continue;
    if (rule.isDeny) return false;
    isAllowed ||= rule.isAllow;
  }
  return isAllowed;
}

class BrokenPattern extends Error {}

/** A rule that cannot be read may be a deny: whoever it concerns is refused (casbin). */
function failClosed(pattern: string): GlobMatcher {
  return (
    compileRegexStrict(pattern) ??
    (() => {
      throw new BrokenPattern(pattern);
    })
  );
}

function compileRule(rule: PolicyRule, compile: (pattern: string) => GlobMatcher): CompiledRule {
  return {
    isAllow: rule.effect === "allow",
    isDeny: rule.effect === "deny",
    resource: compile(rule.resource),
    action: compile(rule.action),
    object: compile(rule.object),
  };
}

function inheritedRoles(subject: string, rolesOf: ReadonlyMap<string, readonly string[]>): ReadonlySet<string> {
  const found = new Set([subject]);
  let level: readonly string[] = [subject];
  for (let depth = 0; depth < maxRoleDepth && level.length > 0; depth++) {
    const next = level.flatMap((name) => rolesOf.get(name) ?? []).filter((role) => !found.has(role));
    for (const role of next) found.add(role);
    level = next;
  }
  return found;
}

function groupBy<Item, Value>(
  items: readonly Item[],
  key: (item: Item) => string,
  value: (item: Item) => Value,
): Map<string, Value[]> {
  const groups = new Map<string, Value[]>();
  for (const item of items) {
    const group = groups.get(key(item));
    if (group) group.push(value(item));
    else groups.set(key(item), [value(item)]);
  }
  return groups;
}

function memoize(compile: (pattern: string) => GlobMatcher): (pattern: string) => GlobMatcher {
  const known = new Map<string, GlobMatcher>();
  return (pattern) => {
    const found = known.get(pattern) ?? compile(pattern);
    known.set(pattern, found);
    return found;
  };
}
