import { expect, test } from "vitest";
import { splitNames } from "./split-names.js";

const grid = (clusters: readonly string[], services: readonly string[]): readonly string[] =>
  clusters.flatMap((cluster) => services.map((service) => `${cluster}-${service}`));

test("regions that end alike are not cut in two, though more names share their end than share a region", () => {
  const regions = [
    "af-south-1",
    "ap-northeast-1",
    "ap-south-1",
    "ap-southeast-2",
    "ca-central-1",
    "eu-central-1",
    "eu-north-1",
    "eu-south-1",
    "eu-west-1",
    "me-south-1",
    "sa-east-1",
    "us-east-1",
    "us-west-2",
  ];
  const envs = ["dev", "dr", "perf", "prod", "qa", "staging"];
  const clusters = envs.flatMap((env) => regions.map((region) => `${env}-${region}`));
  const services = ["billing-api", "cart-api", "orders-api", "pricing-api", "search-api"];
  const wanted = clusters.flatMap((cluster) => services.map(() => cluster));
  expect(splitNames(grid(clusters, services)).map(({ left }) => left)).toContainEqual(wanted);
});

test("a service whose name ends as another's is called keeps its name", () => {
  const names = grid(["dev", "prod", "staging"], ["cart", "cart-api", "api"]);
  const fewest = Math.min(...splitNames(names).map(({ left, right }) => new Set(left).size + new Set(right).size));
  expect(fewest).toBe(6);
});
