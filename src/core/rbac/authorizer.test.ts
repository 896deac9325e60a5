import { expect, test } from "vitest";
import { createAuthorizer } from "./authorizer.js";

const get = (object: string) => ({ resource: "applications", action: "get", object });

test("one deny outweighs every allow", () => {
  const may = createAuthorizer({ policyCsv: "p, ann, applications, *, */*, allow\np, ann, applications, get, prod/*, deny" }, []);
  expect(may({ sub: "ann" }, get("dev/web"))).toBe(true);
  expect(may({ sub: "ann" }, get("prod/web"))).toBe(false);
});

test("roles are inherited through groups", () => {
  const may = createAuthorizer({ policyCsv: "g, sre, role:ops\ng, role:ops, role:readonly" }, []);
  expect(may({ sub: "bob", groups: ["sre"] }, get("any/web"))).toBe(true);
  expect(may({ sub: "bob" }, get("any/web"))).toBe(false);
});

test("a project's token speaks for its own project only", () => {
  const roles = [{ name: "ci", policies: ["p, proj:p:ci, applications, get, p/*, allow"] }];
  const projects = [
    { metadata: { name: "p" }, spec: { roles } },
    { metadata: { name: "q" }, spec: {} },
  ];
  const may = createAuthorizer({ policyCsv: "" }, projects);
  expect(may({ sub: "proj:p:ci" }, get("p/web"))).toBe(true);
  expect(may({ sub: "proj:p:ci" }, get("q/web"))).toBe(false);
});

test("a policy that cannot be read is refused as a whole", () => {
  expect(() => createAuthorizer({ policyCsv: "p, ann, applications" }, [])).toThrow("invalid RBAC policy");
});

test("a rule whose regular expression cannot be read refuses whom it concerns", () => {
  const policyCsv =
    "p, ann, applications, get, .*, allow\np, ann, applications, get, *prod, deny\np, bob, applications, get, .*, allow";
  const may = createAuthorizer({ policyCsv, matchMode: "regex" }, []);
  expect(may({ sub: "ann" }, get("prod/web"))).toBe(false);
  expect(may({ sub: "bob" }, get("prod/web"))).toBe(true);
});
