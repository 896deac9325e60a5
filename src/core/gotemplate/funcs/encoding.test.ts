import { describe, expect, test } from "vitest";
import { render } from "../testing.js";

describe("encoding", () => {
  test.each([
    [
      '{{ b64enc "é" }} {{ b64dec "w6k=" }} {{ b64dec "a" }} {{ b64dec "w6k" }} {{ b64dec "YQ==x" }}',
      "w6k= é illegal base64 data at input byte 0 illegal base64 data at input byte 0 illegal base64 data at input byte 4",
    ],
    [
      '{{ b32enc "foobar" }} {{ b32dec "MZXW6YTBOI======" }} {{ b32dec "1" }}',
      "MZXW6YTBOI====== foobar illegal base32 data at input byte 0",
    ],
    ['{{ sha1sum "a" }} {{ adler32sum "hello" }}', "86f7e437faa5a7fce15d1ddcb9eaeaea377667b8 103547413"],
    ['{{ sha256sum "a" }}', "ca978112ca1bbdcafac231b39a23dc4da786eff8147c4e72b9807785afee48bb"],
    ['{{ sha512sum "a" | trunc 16 }}', "1f40fc92da241694"],
  ])("%s gives %j", (template, output) => {
    expect(render(template)).toBe(output);
  });
});
