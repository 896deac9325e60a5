import { describe, expect, test } from "vitest";
import { gzip, utf8Encode } from "../../platform/bytes.js";
import { readArchive } from "./archive.js";
import { loadChartArchive } from "./load-directory.js";
import { errorOf } from "./testing.js";

test("a packed chart loads like its folder", () => {
  const chart = loadChartArchive(
    gzip(
      tar([
        ["c/Chart.yaml", "name: c\nversion: 1.0.0\n"],
        ["c/values.yaml", "a: 1\n"],
      ]),
    ),
  );
  expect(chart.metadata.name).toBe("c");
  expect([...chart.values.entries]).toEqual([["a", 1]]);
});

describe("hostile archives are refused", () => {
  test.each([
    ["c/../../etc/passwd", "chart illegally references parent directory"],
    ["c//etc/passwd", "chart illegally contains absolute paths"],
    ["c", 'chart illegally contains content outside the base directory: "c"'],
    ["c/C:/x", "chart contains illegally named files"],
    ["Chart.yaml/x", "chart yaml not in base directory"],
  ])("%s", (name, message) => {
    expect(errorOf(() => readArchive(gzip(tar([[name, "x"]]))))).toMatchObject({ code: "HELM_ARCHIVE", message });
  });

  test.each(["1", "2", "3", "4", "6"])("an entry of type %s, a link or a device, is an empty file", (type) => {
    const bytes = gzip(tar([["c/Chart.yaml", ""]], type));
    expect(readArchive(bytes)).toEqual([{ name: "Chart.yaml", bytes: new Uint8Array() }]);
    expect(errorOf(() => loadChartArchive(bytes)).message).toBe("validation: chart.metadata.name is required");
  });

  test("of a name that is there twice the later content counts, of Chart.yaml field by field", () => {
    const chart = loadChartArchive(
      gzip(
        tar([
          ["c/Chart.yaml", "apiVersion: v2\nname: c\nversion: 1.0.0\nappVersion: 7\n"],
          ["c/values.yaml", "x: 1\n"],
          ["c/Chart.yaml", "apiVersion: v2\nname: d\nversion: 2.0.0\n"],
          ["c/values.yaml", "x: 2\n"],
        ]),
      ),
    );
    expect(chart.metadata).toMatchObject({ name: "d", version: "2.0.0", appVersion: "7" });
    expect([...chart.values.entries]).toEqual([["x", 2]]);
  });

  test("a bomb ends at the limit", () => {
    const bomb = gzip(new Uint8Array(125 * 1024 * 1024));
    expect(errorOf(() => readArchive(bomb))).toMatchObject({
      code: "HELM_ARCHIVE",
      message: expect.stringContaining("larger than"),
    });
  });

  test.each([
    ["no gzip", utf8Encode("text")],
    ["a cut archive", gzip(tar([["c/a", "x".repeat(2000)]]).subarray(0, 1024))],
    ["a size beyond the archive", gzip(tar([["c/a", "x"]], "0", "77777777777"))],
    ["a size that is none", gzip(tar([["c/a", "x"]], "0", "-0000000001"))],
    ["a cut stream", gzip(tar([["c/a", "x"]])).subarray(0, 40)],
    ["a wrong checksum", gzip(tar([["c/a", "x"]]).map((byte, index) => (index === 0 ? byte + 1 : byte)))],
  ])("%s", (_, bytes) => {
    expect(errorOf(() => readArchive(bytes)).code).toBe("HELM_ARCHIVE");
  });

  test("charts in charts in charts have an end", () => {
    let bytes = gzip(tar([["c/Chart.yaml", "name: c\nversion: 1.0.0\n"]]));
    for (let depth = 0; depth < 60; depth++) {
      bytes = gzip(
        tar([
          ["c/Chart.yaml", "name: c\nversion: 1.0.0\n"],
          ["c/charts/c-1.tgz", bytes],
        ]),
      );
    }
    expect(errorOf(() => loadChartArchive(bytes)).message).toContain("nested too deeply");
  });
});

function tar(files: readonly (readonly [string, string | Uint8Array])[], type = "0", size?: string): Uint8Array {
  const blocks: Uint8Array[] = [];
  for (const [name, content] of files) {
    const bytes = typeof content === "string" ? utf8Encode(content) : content;
    const header = new Uint8Array(512);
    header.set(utf8Encode(name));
    header.set(utf8Encode(size ?? bytes.length.toString(8).padStart(11, "0")), 124);
    header.set(utf8Encode(type), 156);
    header.set(utf8Encode("ustar\0"), 257);
    header.fill(32, 148, 156);
    const sum = header.reduce((total, byte) => total + byte, 0);
    header.set(utf8Encode(sum.toString(8).padStart(7, "0")), 148);
    const padded = new Uint8Array(Math.ceil(bytes.length / 512) * 512);
    padded.set(bytes);
    blocks.push(header, padded);
  }
  const out = new Uint8Array(blocks.reduce((size, part) => size + part.length, 1024));
  let at = 0;
  for (const part of blocks) {
    out.set(part, at);
    at += part.length;
  }
  return out;
}
