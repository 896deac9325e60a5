import { expect, test } from "vitest";
import type { KubernetesObject } from "../manifest/object.js";
import { removeTracking, setTracking, trackedApp, trackingSettings } from "./track.js";

const config: KubernetesObject = { apiVersion: "v1", kind: "ConfigMap", metadata: { name: "c", namespace: "ns" } };
const owner = { app: "web", destinationNamespace: "ns" };

test.each(["annotation", "label", "annotation+label"])("what %s tracking sets, it reads and removes again", (method) => {
  const settings = trackingSettings({ method });
  const tracked = setTracking(config, owner, settings);
  expect(trackedApp(tracked, settings)).toBe("web");
  expect(removeTracking(tracked, settings.method)).toEqual(config);
});

test("another installation's resources are not ours", () => {
  const theirs = setTracking(config, owner, trackingSettings({ installationId: "theirs" }));
  expect(trackedApp(theirs, trackingSettings({ installationId: "ours" }))).toBe("");
});

test("the legacy label reaches the pod template, and a selector that old versions would copy stays without it", () => {
  const labelKey = "applications.argoproj.io/app-name";
  const template = { metadata: { labels: { tier: "front" } } };
  const deployment: KubernetesObject = {
    apiVersion: "apps/v1beta1",
    kind: "Deployment",
    metadata: { name: "d" },
    spec: { template },
  };
  expect(setTracking(deployment, owner, trackingSettings({ method: "label", labelKey })).spec).toEqual({
    template: { metadata: { labels: { tier: "front", [labelKey]: "web" } } },
    selector: { matchLabels: { tier: "front" } },
  });
});
