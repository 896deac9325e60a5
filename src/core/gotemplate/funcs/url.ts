import { functionError } from "../errors.js";
import { quote } from "../fmt/quote.js";
import { type FunctionTable, fn } from "../function.js";
import { fromBytes, toBytes } from "../value/text.js";
import { GoMap, type GoValue, typeOf } from "../value/value.js";
import { nilDereference } from "./convert.js";
import { escapeBytes } from "./url-escape.js";

/** The parts of net/url's URL that sprig uses. */
interface Url {
  scheme: string;
  opaque: string;
  user: string | undefined;
  host: string;
  path: string;
  rawPath: string;
  query: string;
  forceQuery: boolean;
  omitHost: boolean;
  fragment: string;
  rawFragment: string;
}

/** sprig's URL functions. */
export const urlFunctions: FunctionTable = {
  urlParse: fn("string", (text) => {
    const url = parseUrl(text);
    if (typeof url === "string") throw functionError(`unable to parse url: ${url}`);
    return new GoMap(
      new Map<string, GoValue>([
        ["scheme", url.scheme],
        ["host", url.host],
        ["hostname", hostname(url.host)],
        ["path", url.path],
        ["query", url.query],
        ["opaque", url.opaque],
        ["fragment", url.fragment],
        ["userinfo", url.user ?? ""],
      ]),
    );
  }),
  urlJoin: fn("map", (parts) => {
    const part = (key: string) => textAt(parts, key);
    const url: Url = {
      ...emptyUrl(),
      scheme: part("scheme"),
      host: part("host"),
      path: part("path"),
      query: part("query"),
      opaque: part("opaque"),
      fragment: part("fragment"),
    };
    const userinfo = part("userinfo");
    if (userinfo !== "") {
      const parsed = parseUrl(`proto://${userinfo}@host`);
      if (typeof parsed === "string") throw functionError(`unable to parse userinfo in dict: ${parsed}`);
      url.user = parsed.user;
    }
    return urlText(url);
  }),
};

function textAt(map: GoMap, key: string): string {
  if (!map.entries.has(key)) return "";
  const value = map.entries.get(key);
  if (typeof value === "string") return value;
  if (value === null || value === undefined) throw nilDereference();
  throw functionError(`unable to parse ${key} key, must be of type string, but ${typeOf(value).kind} found`);
}

function emptyUrl(): Url {
  return {
    scheme: "",
    opaque: "",
    user: undefined,
    host: "",
    path: "",
    rawPath: "",
    query: "",
    forceQuery: false,
    omitHost: false,
    fragment: "",
    rawFragment: "",
  };
}

/** Thrown inside the parser with the reason. */
class BadUrl {
  constructor(readonly reason: string) {}
}

/** url.Parse: the URL, or the text of Go's error. */
function parseUrl(text: string): Url | string {
  const hash = text.indexOf("#");
  const withoutFragment = hash < 0 ? text : text.slice(0, hash);
  const rawFragment = hash < 0 ? "" : text.slice(hash + 1);
  let source = withoutFragment;
  try {
    const url = parseRest(withoutFragment);
    source = text;
    url.fragment = decodeUrl(rawFragment, "fragment");
    url.rawFragment = rawFragment;
    return url;
  } catch (error) {
    if (!(error instanceof BadUrl)) throw error;
    return `parse ${quote(source)}: ${error.reason}`;
  }
}

function parseRest(text: string): Url {
  const url = emptyUrl();
  if (/[\x00-\x1f\x7f]/.test(text)) throw new BadUrl("net/url: invalid control character in URL");
  if (text === "*") return { ...url, path: "*" };
  let rest = text;
  const scheme = /^([A-Za-z][A-Za-z0-9+.-]*):/.exec(text);
  if (scheme) {
    url.scheme = (scheme[1] as string).toLowerCase();
    rest = text.slice(scheme[0].length);
  } else if (text.startsWith(":")) {
    throw new BadUrl("missing protocol scheme");
  }
  const question = rest.indexOf("?");
  if (question >= 0 && question === rest.length - 1) url.forceQuery = true;
  if (question >= 0) {
    url.query = rest.slice(question + 1);
    rest = rest.slice(0, question);
  }
  if (!rest.startsWith("/")) {
    if (url.scheme !== "") return { ...url, opaque: rest };
    if ((rest.split("/")[0] as string).includes(":")) throw new BadUrl("first path segment in URL cannot contain colon");
  }
  if ((url.scheme !== "" || !rest.startsWith("///")) && rest.startsWith("//")) {
    const end = rest.indexOf("/", 2);
    const authority = end < 0 ? rest.slice(2) : rest.slice(2, end);
    rest = end < 0 ? "" : rest.slice(end);
    parseAuthority(url, authority);
  } else if (url.scheme !== "" && rest.startsWith("/")) {
    url.omitHost = true;
  }
  url.path = decodeUrl(rest, "path");
  url.rawPath = encodeUrl(url.path, "path") === rest ? "" : rest;
  return url;
}

function parseAuthority(url: Url, authority: string): void {
  const at = authority.lastIndexOf("@");
  url.host = parseHost(url.scheme, at < 0 ? authority : authority.slice(at + 1));
  if (at < 0) return;
  const userinfo = authority.slice(0, at);
  if (!/^[A-Za-z0-9\-._:~!$&'()*+,;=%@]*$/.test(userinfo)) throw new BadUrl("net/url: invalid userinfo");
  const colon = userinfo.indexOf(":");
  const clean = (part: string) => encodeUrl(decodeUrl(part, "user"), "user");
  url.user = colon < 0 ? clean(userinfo) : `${clean(userinfo.slice(0, colon))}:${clean(userinfo.slice(colon + 1))}`;
}

function parseHost(scheme: string, host: string): string {
  const open = host.lastIndexOf("[");
  if (open > 0) throw new BadUrl("invalid IP-literal");
  if (open === 0) {
    const close = host.lastIndexOf("]");
    if (close < 0) throw new BadUrl("missing ']' in host");
    checkPort(host.slice(close + 1));
    return `[${decodeUrl(host.slice(1, close), "host")}]${host.slice(close + 1)}`;
  }
  const colon = host.indexOf(":");
  if (colon >= 0) checkPort(host.slice(scheme === "http" || scheme === "https" ? colon : host.lastIndexOf(":")));
  return decodeUrl(host, "host");
}

function checkPort(port: string): void {
  if (!/^(?::[0-9]*)?$/.test(port)) throw new BadUrl(`invalid port ${quote(port)} after host`);
}

function hostname(host: string): string {
  const bare = host.replace(/:[0-9]*$/, "");
  return bare.startsWith("[") && bare.endsWith("]") ? bare.slice(1, -1) : bare;
}

type Mode = "path" | "fragment" | "user" | "host";

const kept: Readonly<Record<Mode, RegExp>> = {
  path: /[A-Za-z0-9\-_.~$&+,/:;=@]/,
  fragment: /[A-Za-z0-9\-_.~$&+,/:;=?@!()*]/,
  user: /[A-Za-z0-9\-_.~$&+,;=]/,
  host: /[A-Za-z0-9\-_.~!$&'()*+,;=:[\]<>"]/,
};

function encodeUrl(text: string, mode: Mode): string {
  return escapeBytes(text, (char) => kept[mode].test(char));
}

function decodeUrl(text: string, mode: Mode): string {
  const bad = /%(?![0-9A-Fa-f]{2})/.exec(text);
  const badByte = mode === "host" ? /%(?!25)[0-7][0-9A-Fa-f]/.exec(text) : null;
  const first = [bad, badByte].filter((match) => match !== null).sort((a, b) => a.index - b.index)[0];
  if (first) throw new BadUrl(`invalid URL escape ${quote(text.slice(first.index, first.index + 3))}`);
  if (mode === "host") {
    const char = Array.from(text).find((candidate) => candidate < "\x80" && candidate !== "%" && !kept.host.test(candidate));
    if (char !== undefined) throw new BadUrl(`invalid character ${quote(char)} in host name`);
  }
  if (!text.includes("%")) return text;
  const bytes: number[] = [];
  for (let at = 0; at < text.length; ) {
    if (text[at] === "%") {
      bytes.push(Number.parseInt(text.slice(at + 1, at + 3), 16));
      at += 3;
    } else {
      const char = String.fromCodePoint(text.codePointAt(at) as number);
      bytes.push(...toBytes(char));
      at += char.length;
    }
  }
  return fromBytes(Uint8Array.from(bytes));
}

function urlText(url: Url): string {
  let out = url.scheme === "" ? "" : `${url.scheme}:`;
  if (url.opaque !== "") {
    out += url.opaque;
  } else {
    const hasUser = url.user !== undefined;
    const isShown = url.scheme !== "" || url.host !== "" || hasUser;
    if (isShown && (url.host !== "" || url.path !== "" || hasUser)) {
      out += `//${hasUser ? `${url.user}@` : ""}${encodeUrl(url.host, "host")}`;
    }
    const path = url.path === "*" ? "*" : encodeUrl(url.path, "path");
    if (path !== "" && !path.startsWith("/") && url.host !== "") out += "/";
    if (out === "" && (path.split("/")[0] as string).includes(":")) out += "./";
    out += path;
  }
  if (url.query !== "") out += `?${url.query}`;
  if (url.fragment !== "") out += `#${encodeUrl(url.fragment, "fragment")}`;
  return out;
}
