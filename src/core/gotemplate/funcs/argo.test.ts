import { describe, expect, test } from "vitest";
import { render } from "../testing.js";

describe("argo", () => {
  test.each([['{{ normalize "Feature/X_y--" }}', "feature-x-y"]])("%s gives %j", (template, output) => {
    expect(render(template)).toBe(output);
  });
});
