import { expect, test } from "vitest";
import type { ValueObject } from "../manifest/value.js";
import { emptyRecord } from "./episode.js";
import { fieldActor } from "./field-actor.js";
import { type DriftFinding, nextRecord } from "./next-record.js";
import { readRecord, writeRecord } from "./record-text.js";

const t0 = Date.parse("2026-05-01T10:00:00Z");
const minute = 60_000;
const web: DriftFinding = {
  resource: "apps/Deployment/shop/web",
  drift: "changed",
  cause: "cluster",
  fields: [{ path: "spec.replicas", by: { manager: "kubectl-edit", operation: "Update", time: "2026-05-01T09:59:58Z" } }],
};

test("an episode keeps its onset while its resource differs, whatever else changes about it", () => {
  const { record } = nextRecord(emptyRecord, [web], t0);
  const later = nextRecord(record, [{ ...web, drift: "missing", cause: "unknown", fields: undefined }], t0 + 15 * minute);
  expect(later.record.open).toEqual([{ ...web, drift: "missing", onsetMs: t0, lastSeenMs: t0 + 15 * minute, moreFields: 0 }]);
  expect(later.ended).toEqual([]);
});

test("an episode ends with the first comparison that does not find it, and is remembered where the cluster began it", () => {
  const git: DriftFinding = { resource: "/ConfigMap/shop/flags", drift: "changed", cause: "git", fields: [] };
  const { record } = nextRecord(emptyRecord, [web, git], t0);
  const { record: after, ended } = nextRecord(record, [], t0 + minute);
  expect(ended.map(({ resource, endedMs }) => [resource, endedMs - t0])).toEqual([
    ["/ConfigMap/shop/flags", minute],
    ["apps/Deployment/shop/web", minute],
  ]);
  expect(after).toMatchObject({ open: [], recent: [{ resource: "apps/Deployment/shop/web" }] });
});

test("the record is bounded, however much drifts and however often", () => {
  let record = emptyRecord;
  for (let round = 0; round < 100; round++) {
    const fields = Array.from({ length: 100 }, (_, index) => ({
      path: `data["${"k".repeat(300)}${index}"]`,
      by: "unknown" as const,
    }));
    const many = Array.from({ length: 200 }, (_, index) => ({ ...web, resource: `/ConfigMap/shop/c${index}`, fields }));
    record = nextRecord(record, round % 2 === 0 ? many : [], t0 + round * minute).record;
  }
  record = nextRecord(record, [web], t0).record;
  expect(record.recent.length).toBeLessThanOrEqual(10);
  expect(writeRecord(record)!.length).toBeLessThan(20_000);
});

test("a record survives being written to an annotation; what somebody else wrote there is not trusted", () => {
  const { record } = nextRecord(nextRecord(emptyRecord, [web], t0).record, [], t0 + minute);
  const { record: full } = nextRecord(record, [{ ...web, resource: "/Secret/shop/db" }], t0 + 2 * minute);
  expect(readRecord(writeRecord(full))).toEqual({
    open: full.open,
    recent: full.recent.map((episode) => ({ ...episode, lastSeenMs: t0 })),
  });
  for (const text of ["", "{", "[]", '{"open":[1,{"resource":"x"}]}', '{"open":"y"}'])
    expect(readRecord(text)).toEqual(emptyRecord);
});

const managed = (manager: string, time: string, fieldsV1: ValueObject, more: ValueObject = {}): ValueObject => ({
  manager,
  operation: "Update",
  apiVersion: "apps/v1",
  time,
  fieldsType: "FieldsV1",
  fieldsV1,
  ...more,
});

test.each([
  ["spec.replicas", "hpa"],
  ["spec.template.spec.containers[name=app].image", "kubectl-set"],
  ['metadata.annotations["example.com/note"]', "kubectl-edit"],
  ["spec.template.spec.containers[name=app].command[1]", "kubectl-set"],
  ["spec.template.spec.containers[name=side]", "injector"],
])("%s was written by %s", (path, manager) => {
  const fields = [
    managed("argocd-controller", "2026-05-01T08:00:00Z", { "f:spec": { "f:replicas": {} } }, { operation: "Apply" }),
    managed("owner-of-the-empty-map", "2026-05-01T09:50:00Z", { "f:spec": {}, "f:metadata": { "f:annotations": {} } }),
    managed("hpa", "2026-05-01T09:00:00Z", { "f:spec": { "f:replicas": {} } }, { subresource: "scale" }),
    managed("kubectl-edit", "2026-05-01T09:10:00Z", { "f:metadata": { "f:annotations": { "f:example.com/note": {} } } }),
    managed("kubectl-set", "2026-05-01T09:20:00Z", {
      "f:spec": { "f:template": { "f:spec": { "f:containers": { 'k:{"name":"app"}': { "f:image": {}, "f:command": {} } } } } },
    }),
    managed("injector", "2026-05-01T09:30:00Z", {
      "f:spec": { "f:template": { "f:spec": { "f:containers": { 'k:{"name":"side"}': { ".": {}, "f:name": {} } } } } },
    }),
  ];
  expect(fieldActor(fields, path)).toMatchObject({ manager });
});

test("nobody is named for a field that was removed, nor where there are no managed fields", () => {
  expect(fieldActor([managed("kubectl-edit", "2026-05-01T09:00:00Z", { "f:spec": { "f:paused": {} } })], "spec.replicas")).toBe(
    "unknown",
  );
  expect(fieldActor(undefined, "spec.replicas")).toBe("unknown");
});
