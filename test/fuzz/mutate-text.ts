import type { Random } from "./random.js";

const scalars = [
  "null",
  "~",
  "",
  "5",
  '"5"',
  "true",
  "1.0",
  "[]",
  "{}",
  "a: b",
  "- x",
  "|",
  ">-",
  "'",
  '"',
  "*a",
  "&a b",
  "!!str 1",
  "yes",
  "0x1F",
  "[a",
  "{a: b",
  "@",
  "%",
  "\t",
  "# c",
  "\u00e9",
  "2020-01-01",
];

/** One small edit of the characters, as a hand would slip. */
export function mutateText(random: Random, text: string): string {
  const lines = text.split("\n");
  const at = random.below(lines.length);
  const line = lines[at]!;
  const withLine = (...made: readonly string[]): string => [...lines.slice(0, at), ...made, ...lines.slice(at + 1)].join("\n");
  switch (random.below(22)) {
    case 0:
      return withLine();
    case 1:
      return withLine(line, line);
    case 2:
      return withLine(line.replace(/:.*$/, () => `: ${random.pick(scalars)}`));
    case 3:
      return withLine(line.replace(/- .*$/, () => `- ${random.pick(scalars)}`));
    case 4:
      return withLine(random.pick([` ${line}`, `  ${line}`, line.replace(/^ /, ""), `\t${line}`, line.replace(/^ {2}/, "")]));
    case 5:
      return text.replaceAll("\n", "\r\n");
    case 6:
      return `\ufeff${text}`;
    case 7:
      return withLine(
        line,
        random.pick(["# comment", "  # comment", "", "   ", "---", "...", "--- x", "%YAML 1.1", "%TAG ! a", "\t"]),
      );
    case 8:
      return withLine(`${line} # end`, "");
    case 9:
      return text.slice(0, random.below(text.length));
    case 10:
      return withLine(
        line.replace(
          /([A-Za-z]+):/,
          (_, key: string) =>
            `${random.pick([key.toLowerCase(), `${key}s`, key.slice(0, -1), `"${key}"`, `'${key}'`, `? ${key}\n`, key.toUpperCase(), `!!str ${key}`])}:`,
        ),
      );
    case 11:
      return text.replace(/\n*$/, random.pick(["", "\n\n", "\n \n", "\n---\n", "\n...\n", " ", "\n# end", "\n---"]));
    case 12:
      return withLine(
        line.replace(
          /: (\S.*)$/,
          (_, value: string) =>
            `: ${random.pick([`"${value}"`, `'${value}'`, `&x ${value}`, `!!str ${value}`, `${value} `, `>\n      ${value}`, `|-\n      ${value}`, `\n      ${value}`, `${value}\n      more`])}`,
        ),
      );
    case 13:
      return withLine(
        line + random.pick([":", ",", "'", '"', "]", "}", " #", " x", "\t", "\u0000", "\u0007", "\u007f", "\u00a0"]),
      );
    case 14: {
      const other = random.below(lines.length);
      return lines.map((text, index) => (index === at ? lines[other]! : index === other ? line : text)).join("\n");
    }
    case 15:
      return text.replaceAll(/^( *)- /gm, "$1  - ");
    case 16:
      return withLine(line.replace(/:( |$)/, random.pick([":", " : ", ":  ", ": - ", ": |\n", ": &a ", ": *a "])));
    case 17:
      return `${text}${text.endsWith("\n") ? "" : "\n"}---\n${text}`;
    case 18:
      return withLine(
        line.replace(/[A-Za-z0-9-]+$/, (word) =>
          random.pick([
            word.toUpperCase(),
            `${word}x`,
            word.slice(1),
            `.*${word}`,
            `${word}|x`,
            `/${word}`,
            `../${word}`,
            `${word}/`,
          ]),
        ),
      );
    case 19:
      return lines.slice(at).join("\n");
    case 20: {
      const from = random.below(text.length);
      return text.slice(0, from) + random.pick([..." :-#'\"{}[],&*!|>%@`\n\t~?=", "é", "\u2028", "\u0085"]) + text.slice(from);
    }
    default: {
      const from = random.below(text.length);
      return text.slice(0, from) + text.slice(from + 1 + random.below(3));
    }
  }
}
