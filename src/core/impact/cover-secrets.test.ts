import { expect, test } from "vitest";
import type { KubernetesObject } from "../manifest/object.js";
import { coverSecrets } from "./cover-secrets.js";

const object = (kind: string, name: string): KubernetesObject =>
  ({ apiVersion: "v1", kind, metadata: { name } }) as KubernetesObject;
const secret = (stringData: Readonly<Record<string, string>>, labels: Readonly<Record<string, string>> = {}): KubernetesObject =>
  ({ apiVersion: "v1", kind: "Secret", metadata: { name: "s", labels }, stringData }) as unknown as KubernetesObject;

test("what a Secret holds is covered wherever it stands", () => {
  const { text, value } = coverSecrets([secret({ password: "hunter2hunter2" })], "k");
  expect(text("postgres://a:hunter2hunter2@db")).not.toContain("hunter2");
  expect(JSON.stringify(value({ a: ["x hunter2hunter2"] }))).not.toContain("hunter2");
});

test("a user that is called as the service stays readable, and is covered as the password of an address", () => {
  const { text } = coverSecrets([object("Service", "cart-service"), secret({ username: "cart-service" })], "k");
  expect(text("apps/cart-service/base")).toBe("apps/cart-service/base");
  expect(text("postgres://root:cart-service@db")).not.toContain("cart-service");
});

test("of a cluster Secret the name and the server are open, the configuration is not", () => {
  const cluster = secret(
    { name: "dev-eu-west-1", server: "https://dev.example.com", config: '{"bearerToken":"abcdefgh"}' },
    { "argocd.argoproj.io/secret-type": "cluster" },
  );
  const { text } = coverSecrets([cluster], "k");
  expect(text("dev-eu-west-1 is https://dev.example.com")).toBe("dev-eu-west-1 is https://dev.example.com");
  expect(text('has {"bearerToken":"abcdefgh"}')).not.toContain("abcdefgh");
});
