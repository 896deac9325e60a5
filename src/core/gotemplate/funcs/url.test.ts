import { describe, expect, test } from "vitest";
import { failureOf, render } from "../testing.js";

describe("url", () => {
  test.each([
    [
      '{{ urlParse "https://u:p@h.example:80/a%20b?q=1#f" | toJson }}',
      '{"fragment":"f","host":"h.example:80","hostname":"h.example","opaque":"","path":"/a b","query":"q=1","scheme":"https","userinfo":"u:p"}',
    ],
    [
      '{{ urlJoin (dict "scheme" "https" "host" "h" "path" "/a b" "query" "x=1" "fragment" "f" "userinfo" "u:p") }}',
      "https://u:p@h/a%20b?x=1#f",
    ],
  ])("%s gives %j", (template, output) => {
    expect(render(template)).toBe(output);
  });

  test.each([
    ['{{ urlParse "http://[::1" }}', "error calling urlParse: unable to parse url: parse \"http://[::1\": missing ']' in host"],
    ['{{ urlJoin (dict "host" 1) }}', "error calling urlJoin: unable to parse host key, must be of type string, but int found"],
  ])("%s fails: %s", (template, reason) => {
    expect(failureOf(template)).toContain(reason);
  });
});
