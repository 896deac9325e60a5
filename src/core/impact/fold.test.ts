import { expect, test } from "vitest";
import type { FieldChange } from "./field-change.js";
import { foldChanges } from "./fold.js";
import type { ResourceChange } from "./resource-change.js";

const change = (kind: string, name: string, fields: readonly FieldChange[]): ResourceChange => ({
  kind: "changed",
  resource: { group: "", kind, namespace: "shop", name },
  fields,
});

test("the same change in many Applications is told once, whatever the resources are called", () => {
  const image = { path: "image", before: "cart:1", after: "cart:2" };
  const folded = foldChanges(
    new Map([
      ["argocd/a", [change("Deployment", "eu-cart", [image])]],
      ["argocd/b", [change("Deployment", "us-cart", [image])]],
    ]),
  );
  expect(folded.map(({ applications, change: { fields } }) => [applications, fields])).toEqual([
    [["argocd/a", "argocd/b"], [image]],
  ]);
});

test("what only follows a generated name comes last and is told once", () => {
  const data = { path: "data.ttl", before: "60", after: "120" };
  const name = (hash: string, other: string): FieldChange => ({
    path: "metadata.name",
    before: `cart-${hash}`,
    after: `cart-${other}`,
  });
  const reference = { path: "envFrom[0].configMapRef.name", before: "cart-7dd6bkgcb9", after: "cart-g2dbgc99d5" };
  const other = { ...reference, before: "cart-2222222222", after: "cart-4444444444" };
  const folded = foldChanges(
    new Map([
      [
        "argocd/a",
        [
          change("Deployment", "cart", [reference]),
          change("ConfigMap", "cart-g2dbgc99d5", [name("7dd6bkgcb9", "g2dbgc99d5"), data]),
        ],
      ],
      [
        "argocd/b",
        [change("Deployment", "cart", [other]), change("ConfigMap", "cart-4444444444", [name("2222222222", "4444444444"), data])],
      ],
    ]),
  );
  expect(
    folded.map((fold) => [
      fold.change.resource.kind,
      fold.isConsequence,
      fold.applications.length,
      fold.change.fields.map((field) => field.path),
    ]),
  ).toEqual([
    ["ConfigMap", false, 2, ["data.ttl"]],
    ["Deployment", true, 2, ["envFrom[0].configMapRef.name"]],
  ]);
});
