import { expect, test } from "vitest";
import type { ValueObject } from "../manifest/value.js";
import { coverOptions, coverSpec } from "./cover-secrets.js";
import { secretOptions } from "./secret-options.js";

const spec = (source: ValueObject): ValueObject => ({ source: { repoURL: "https://git.example.com/x.git", ...source } });

test.each([
  [
    "a parameter",
    {
      helm: {
        parameters: [
          { name: "db.password", value: "hunter22" },
          { name: "tag", value: "v1" },
        ],
      },
    },
  ],
  ["values", { helm: { valuesObject: { auth: { rootPassword: "hunter22", user: "root", existingSecret: "made" } } } }],
  ["values as text", { helm: { values: "auth: {apiToken: hunter22, user: root}\n" } }],
  ["values as a template", { helm: { values: "auth:\n  apiToken: hunter22\n  user: {{ .user }}\n" } }],
  ["an environment in values", { helm: { valuesObject: { env: [{ name: "GITHUB_TOKEN", value: "hunter22" }] } } }],
  ["a plugin's environment", { plugin: { env: [{ name: "API_KEY", value: "hunter22" }] } }],
])("%s whose name says so carries a secret", (_, source) => {
  expect([...new Set(secretOptions(spec(source as unknown as ValueObject)))]).toEqual(["hunter22"]);
});

test("options are covered where no Secret shows what they carry, as of a chart that cannot be rendered", () => {
  const [before, after] = ["hunter22", "hunter33"].map((value) => spec({ helm: { parameters: [{ name: "password", value }] } }));
  const field = { path: "spec.source.helm.parameters[name=password].value", before: "hunter22", after: "hunter33" };
  const [told] = coverOptions([field], { manifests: () => [], specs: [before!, after!] }, "k");
  expect(JSON.stringify(told)).not.toMatch(/hunter/);
  expect(told!.before).not.toEqual(told!.after);
});

test("the password in the address of a repository is covered, the user and the host are not", () => {
  const shown = JSON.stringify(coverSpec(spec({ repoURL: "https://bob:hunter22@git.example.com/x.git" }), [], "k"));
  expect(shown).not.toContain("hunter22");
  expect(shown).toMatch(/https:\/\/bob:\(hidden, \w+\)@git\.example\.com/);
});
