import { ExternalError, type FleetwrightError, InputError } from "../../core/errors.js";

const patterns: readonly (readonly [RegExp, string, "external" | "input"])[] = [
  [
    /Authentication failed|could not read Username|could not read Password|Permission denied \(|HTTP Basic: Access denied|returned error: 40[13]|terminal prompts disabled/i,
    "GIT_AUTH",
    "external",
  ],
  [/Host key verification failed/i, "GIT_HOST_KEY", "external"],
  [/transport '.*' not allowed/i, "GIT_PROTOCOL_REFUSED", "input"],
  [/couldn't find remote ref|not our ref|unadvertised object/i, "GIT_REVISION_UNKNOWN", "input"],
  [
    /Not a valid object name|bad object|unknown revision|Invalid object name|ambiguous argument/i,
    "GIT_REVISION_UNKNOWN",
    "input",
  ],
];

/** What git wrote to standard error as one of our errors; credentials in URLs are taken out of the message. */
export function gitError(subject: string, command: string, stderr: string): FleetwrightError {
  const lines = redactCredentials(stderr)
    .split("\n")
    .map((line) => line.trim())
    .filter((line) => line !== "" && !/^hint:/.test(line));
  const telling = lines.filter((line) => /^(fatal|error|remote):/i.test(line));
  const text = (telling.length > 0 ? telling : lines).slice(0, 3).join("; ") || "no message";
  const [, code, kind] = patterns.find(([pattern]) => pattern.test(stderr)) ?? [undefined, "GIT_UNREACHABLE", "external"];
  const message = `${redactCredentials(subject)}: git ${command}: ${text}`;
  return kind === "input" ? new InputError(message, { code: code! }) : new ExternalError(message, { code: code! });
}

/** `https://user:secret@host` → `https://host`. */
export function redactCredentials(text: string): string {
  return text.replace(/([a-z][a-z0-9+.-]*:\/\/)[^/@\s]*@/gi, "$1").replace(/(authorization:\s*)\S+(\s+\S+)?/gi, "$1[redacted]");
}
