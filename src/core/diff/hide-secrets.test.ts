import { expect, test } from "vitest";
import { asObject } from "../manifest/object.js";
import { hideSecretData } from "./hide-secrets.js";

const secret = (data: { readonly [key: string]: string }) =>
  asObject({ apiVersion: "v1", kind: "Secret", metadata: { name: "s" }, data });

test("a Secret is shown with as many plus signs for the same value, and other counts for other values", () => {
  const hidden = hideSecretData({ target: secret({ a: "YQ==", b: "YQ==" }), live: secret({ a: "YQ==", b: "Yg==" }) });
  expect(hidden.target?.["data"]).toEqual({ a: "++++++++", b: "++++++++" });
  expect(hidden.live?.["data"]).toEqual({ a: "++++++++", b: "++++++++++++" });
});
