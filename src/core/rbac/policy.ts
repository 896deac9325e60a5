import { InputError } from "../errors.js";

/** `p, subject, resource, action, object, effect`. */
export interface PolicyRule {
  readonly subject: string;
  readonly resource: string;
  readonly action: string;
  readonly object: string;
  readonly effect: string;
}

/** `g, member, role`. */
export interface RoleGrant {
  readonly member: string;
  readonly role: string;
}

export interface Policy {
  readonly rules: readonly PolicyRule[];
  readonly grants: readonly RoleGrant[];
}

/** Reads Argo CD's policy CSV; blank lines and `#` lines are skipped. Throws InputError RBAC_SYNTAX. */
export function parsePolicy(csv: string): Policy {
  const rules: PolicyRule[] = [];
  const grants: RoleGrant[] = [];
  for (const raw of csv.split("\n")) {
    const line = raw.trim();
    if (line === "" || line.startsWith("#")) continue;
    const [type, ...fields] = parseCsvLine(line);
    const [subject = "", second = "", action = "", object = "", effect = ""] = fields;
    if (type === "p" && fields.length === 5) rules.push({ subject, resource: second, action, object, effect });
    else if (type === "g" && fields.length === 2) grants.push({ member: subject, role: second });
    else throw syntaxError(`invalid RBAC policy: ${line}`);
  }
  return { rules, grants };
}

/** Go's encoding/csv with leading space trimmed; quotes only around a whole field. */
function parseCsvLine(line: string): readonly string[] {
  const fields: string[] = [];
  let rest = line;
  for (;;) {
    rest = rest.trimStart();
    if (!rest.startsWith('"')) {
      const comma = rest.indexOf(",");
      const field = comma < 0 ? rest : rest.slice(0, comma);
      if (field.includes('"')) throw syntaxError(`error parsing policy line ${JSON.stringify(line)}: bare " in non-quoted-field`);
      fields.push(field);
      if (comma < 0) return fields;
      rest = rest.slice(comma + 1);
      continue;
    }
    const quoted = /^"((?:[^"]|"")*)"(,|$)/.exec(rest);
    if (!quoted) throw syntaxError(`error parsing policy line ${JSON.stringify(line)}: extraneous or missing " in quoted-field`);
    fields.push((quoted[1] ?? "").replaceAll('""', '"'));
    if (quoted[2] === "") return fields;
    rest = rest.slice(quoted[0].length);
  }
}

function syntaxError(message: string): InputError {
  return new InputError(`error loading policy line: ${message}`, { code: "RBAC_SYNTAX" });
}
