import { expect, test } from "vitest";
import { utf8Encode } from "../../platform/bytes.js";
import { findResources } from "./discover.js";

const set = (generator: string, source: string): string =>
  `apiVersion: argoproj.io/v1alpha1\nkind: ApplicationSet\nmetadata: {name: a}\nspec: {generators: [${generator}], template: {spec: {source: ${source}}}}\n`;
const urls = (text: string): readonly string[] => findResources("a.yaml", { id: "1", bytes: utf8Encode(text) }).gitUrls;

test.each([
  ["that of a set's generator and its source, once", "{git: {repoURL: https://a}}", "{repoURL: https://a}", ["https://a"]],
  ["no parameter where the set names a URL", "{git: {repoURL: https://a}}", '{repoURL: "{{url}}"}', ["https://a"]],
  [
    "the parameter where it names none",
    "{clusters: {}}",
    '{repoURL: "{{metadata.annotations.url}}"}',
    ["{{metadata.annotations.url}}"],
  ],
  ["none of a chart's repository", "{clusters: {}}", '{repoURL: "{{url}}", chart: redis}', []],
])("the git URLs of a file are %s", (_what, generator, source, expected) => {
  expect(urls(set(generator, source))).toEqual(expected);
});
