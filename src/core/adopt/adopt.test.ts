import { expect, test } from "vitest";
import { objectAt } from "../manifest/value.js";
import { parseYaml } from "../yaml/parse.js";
import { adoptApplications } from "./adopt.js";
import type { SourceApplication } from "./sample.js";

function application(cluster: string, service: string, edit: (text: string) => string = (text) => text): SourceApplication {
  const text = edit(`apiVersion: argoproj.io/v1alpha1
kind: Application
metadata:
  name: ${cluster}-${service}
  namespace: argocd
  labels: {team: team-of-${service}}
spec:
  project: default
  source: {repoURL: https://git.example.com/fleet.git, path: apps/${service}/${cluster}, targetRevision: HEAD}
  destination:
    server: https://${cluster}.example.com
    namespace: ${service}
  syncPolicy:
    automated: {prune: ${cluster !== "prod"}, selfHeal: true}
`);
  const file = `${cluster}/${service}.yaml`;
  return { file, document: 0, text, value: parseYaml(text, { dialect: "kubernetes", file }) as SourceApplication["value"] };
}

const services = ["cart", "search", "mail", "billing", "audit"];
const clusters = ["dev", "staging", "prod"];
const fleet = (edit: (name: string, text: string) => string = (_, text) => text): readonly SourceApplication[] =>
  clusters.flatMap((cluster) =>
    services.map((service) => application(cluster, service, (text) => edit(`${cluster}-${service}`, text))),
  );

test("a grid of Applications becomes a matrix of two lists that generates them all as they were", () => {
  const { applicationSet, anomalies, proof } = adoptApplications(fleet(), { name: "services", fix: false });
  expect(anomalies).toEqual([]);
  expect([proof.equal.length, proof.different, proof.missing, proof.extra]).toEqual([15, [], [], []]);
  const spec = objectAt(applicationSet, "spec");
  expect(spec["generators"]).toMatchObject([
    {
      matrix: {
        generators: [
          { list: { elements: [{ cluster: "dev" }, {}, {}] } },
          { list: { elements: [{ service: "cart" }, {}, {}, {}, {}] } },
        ],
      },
    },
  ]);
  expect(objectAt(objectAt(spec, "template"), "spec")["source"]).toMatchObject({ path: "apps/{{ .service }}/{{ .cluster }}" });
});

const mistaken = fleet((name, text) => (name === "prod-mail" ? text.replace("selfHeal: true", "selfHeal: false") : text));

test("one that is unlike its siblings is an anomaly with its place, and stays an exception", () => {
  const { anomalies, exceptions, proof } = adoptApplications(mistaken, { name: "services", fix: false });
  expect(anomalies.map(({ application: name, fields }) => [name, fields[0]])).toMatchObject([
    [
      "prod-mail",
      { path: "spec.syncPolicy.automated.selfHeal", is: false, expected: true, location: { file: "prod/mail.yaml", line: 14 } },
    ],
  ]);
  expect(exceptions).toEqual(["prod-mail"]);
  expect([proof.equal.length, proof.extra]).toEqual([14, []]);
});

test("--fix makes it as its siblings are, and nothing else differs from what was written", () => {
  const { exceptions, proof } = adoptApplications(mistaken, { name: "services", fix: true });
  expect(exceptions).toEqual([]);
  expect(proof.different).toEqual([{ name: "prod-mail", fields: ["spec.syncPolicy.automated.selfHeal"] }]);
});

test("Applications without a grid become one list", () => {
  const { applicationSet, proof } = adoptApplications(fleet().slice(0, 7), { name: "few", fix: false });
  expect(proof.equal).toHaveLength(7);
  expect(objectAt(applicationSet, "spec")["generators"]).toMatchObject([{ list: { elements: Array(7).fill({}) } }]);
});

test("where each service has one Application, a label that is missing is told by the fields that are made of it", () => {
  const teams = ["red", "blue", "green"];
  const single = ["cart", "search", "mail", "billing", "audit", "tax", "media", "stock", "fraud"].map((service, at) =>
    application("prod", service, (text) => {
      const team = teams[at % 3]!;
      const written = text.replace(`team-of-${service}`, team).replace(`namespace: ${service}`, `namespace: ${team}-${service}`);
      return service === "mail"
        ? written.replace(/ {2}labels: .*\n/, "")
        : written.replace("red-stock", "default").replace("blue-stock", "default");
    }),
  );
  const { anomalies, proof } = adoptApplications(single, { name: "services", fix: true });
  expect(
    anomalies.map(({ application: name, fields: [field] }) => [name, field?.path, field?.is, field?.expected, field?.agreeing]),
  ).toEqual([
    ["prod-mail", "metadata.labels.team", undefined, "green", 8],
    ["prod-stock", "spec.destination.namespace", "default", "blue-stock", 8],
  ]);
  expect([proof.equal.length, proof.different.length, proof.missing, proof.extra]).toEqual([7, 2, [], []]);
});
