import { describe, expect, test } from "vitest";
import { failureOf, render } from "../testing.js";

describe("passwords and ciphers", () => {
  test.each([
    ['{{ derivePassword 1 "long" "password" "user" "example.com" }}', "ZedaFaxcZaso9*"],
    ['{{ derivePassword 1 "bogus" "p" "u" "s" }}', "cannot find password template bogus"],
    ['{{ encryptAES "key" "plain text" | decryptAES "key" }}', "plain text"],
    ['{{ htpasswd "a:b" "p" }}', "invalid username: a:b"],
    ['{{ bcrypt "hello" | len }} {{ htpasswd "u" "p" | trunc 9 }}', "60 u:$2a$10$"],
  ])("%s", (template, output) => {
    expect(render(template)).toBe(output);
  });

  test("a text that is no base64 cannot be decrypted", () => {
    expect(failureOf('{{ decryptAES "k" "bad" }}')).toContain("illegal base64 data at input byte 0");
  });
});

describe("keys and certificates", () => {
  test("the same randomness gives the same certificate, and authorities sign", () => {
    const template =
      '{{ $ca := genCA "ca" 10 }}{{ $c := genSignedCert "svc" (list "10.0.0.1") (list "svc.local") 5 $ca }}{{ $c.Cert }}{{ $c.Key }}';
    const random = seeded(7);
    const first = render(template, {}, { random });
    expect(first).toMatch(/^-----BEGIN CERTIFICATE-----\n[\s\S]+-----END RSA PRIVATE KEY-----\n$/);
    expect(render(template, {}, { random: seeded(7) })).toBe(first);
  });

  test.each([
    ['{{ genPrivateKey "ed25519" | trunc 27 }}', "-----BEGIN PRIVATE KEY-----"],
    ['{{ genPrivateKey "ecdsa" | trunc 30 }}', "-----BEGIN EC PRIVATE KEY-----"],
    ['{{ genPrivateKey "bogus" }}', "Unknown type bogus"],
    ['{{ (genCAWithKey "x" 1 (genPrivateKey "ed25519")).Cert | trunc 27 }}', "-----BEGIN CERTIFICATE-----"],
    ['{{ (genSelfSignedCertWithKey "x" nil nil 1 (genPrivateKey "ecdsa")).Key | trunc 30 }}', "-----BEGIN EC PRIVATE KEY-----"],
    [
      '{{ $k := genPrivateKey "ed25519" }}{{ $ca := genCAWithKey "x" 1 $k }}{{ (buildCustomCert (b64enc $ca.Cert) (b64enc $ca.Key)).Cert | trunc 10 }}',
      "-----BEGIN",
    ],
    [
      '{{ $k := genPrivateKey "ed25519" }}{{ (genSignedCertWithKey "y" nil nil 1 (genCAWithKey "x" 1 $k) $k).Cert | trunc 10 }}',
      "-----BEGIN",
    ],
  ])("%s", (template, output) => {
    expect(render(template)).toBe(output);
  });

  test.each([
    ['{{ genSelfSignedCertWithKey "x" (list "nope") nil 1 (genPrivateKey "ed25519") }}', "error parsing ip: nope"],
    ['{{ genCAWithKey "x" 1 "no pem" }}', "parsing private key: no PEM data in input"],
    ['{{ buildCustomCert "!" "" }}', "unable to decode base64 certificate"],
  ])("%s fails: %s", (template, reason) => {
    expect(failureOf(template)).toContain(reason);
  });
});

/** A small generator: the same seed gives the same bytes. */
function seeded(seed: number): (count: number) => Uint8Array {
  let state = seed;
  return (count) =>
    Uint8Array.from({ length: count }, () => {
      state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
      return state >>> 24;
    });
}
