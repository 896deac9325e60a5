/** The first line that differs, with the one before it. */
export function describeDifference(expected: string, actual: string): string {
  const wanted = expected.split("\n");
  const got = actual.split("\n");
  const line = wanted.findIndex((text, index) => text !== got[index]);
  const at = line < 0 ? wanted.length : line;
  return `line ${at + 1}: ${JSON.stringify(got[at])} instead of ${JSON.stringify(wanted[at])} (after ${JSON.stringify(wanted[at - 1])})`;
}

/**
 * The rule for errors: every quoted name, path, resource id and image, field or option name that the original's message puts in
 * quotes must be in ours (message or location). Where it quotes nothing, its last clause must be.
 */
export function namesSameCulprit(expected: string, actual: string): boolean {
  const names = culprits(expected);
  const bare = withoutDumps(actual);
  if (names.length === 0) return actual.includes(lastClause(expected)) || bare.includes(lastClause(expected));
  return names.every((name) => actual.includes(name) || bare.includes(name));
}

function culprits(message: string): readonly string[] {
  const head = withoutDumps(message.split("****")[0]!.split("node contents")[0]!);
  const quoted = [...head.matchAll(/'([^'\s]+)'|"([^"\s\\]+)"|`([^`\s]+)`/g)].map(
    (match) => match[1] ?? match[2] ?? match[3] ?? "",
  );
  const ids = [...head.matchAll(/\b[A-Z][A-Za-z]*\.[\w[\]]+\.[\w.[\]-]+\/[\w.[\]-]+/g)].map((match) =>
    match[0].replace(/\.$/, ""),
  );
  return [...new Set([...quoted, ...ids])].filter((name) => !/^[&{]|0xPTR|^builtin$/.test(name));
}

/**
 * Go's %#v of whole values names everything and nothing; at times resources are dumped as JSON, where ours covers the values of Secrets. Who
 * refers to a resource the original notes among its annotations.
 */
function withoutDumps(message: string): string {
  return message
    .replace(/map\[string\]interface \{\}\{.*\}: /g, "")
    .replace(/"(?:data|stringData)":\{[^{}]*\}/g, "")
    .replace(/internal\.config\.kubernetes\.io\/refBy:\S+ ?/g, "")
    .replace(/merging config &\{.*\}(?=: )/gs, "merging config")
    .replace(/found multiple objects \[\{.*\}\](?= that could accept)/g, "found multiple objects")
    .split("\n--\n&resource")[0]!;
}

function lastClause(message: string): string {
  const clauses = withoutDumps(message).trim().split("\n")[0]!.split(": ");
  return clauses.at(-1)!.trim();
}
