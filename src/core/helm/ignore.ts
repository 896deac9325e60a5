import { helmError } from "./failure.js";
import { matchPath, validPattern } from "./path-match.js";

interface Rule {
  readonly pattern: string;
  readonly isNegated: boolean;
  readonly mustBeDirectory: boolean;
  /** Match the whole path instead of the last name. */
  readonly isPath: boolean;
}

/** A .helmignore file. */
export class IgnoreRules {
  private readonly rules: Rule[] = [];

  constructor(text: string) {
    for (const line of text.replace(/^\ufeff/, "").split("\n")) this.add(line.trim());
    // Hidden files below templates/ are never templates.
    this.add("templates/.?*");
  }

  private add(line: string): void {
    if (line === "" || line.startsWith("#")) return;
    if (line.includes("**")) throw helmError("double-star (**) syntax is not supported", { file: ".helmignore" });
    if (!validPattern(line)) throw helmError("syntax error in pattern", { file: ".helmignore" });
    const isNegated = line.startsWith("!");
    let pattern = isNegated ? line.slice(1) : line;
    const mustBeDirectory = pattern.endsWith("/");
    if (mustBeDirectory) pattern = pattern.slice(0, -1);
    const isPath = pattern.includes("/");
    this.rules.push({ pattern: pattern.replace(/^\//, ""), isNegated, mustBeDirectory, isPath });
  }

  /** Helm's reading: the first rule that decides wins, and a negated rule ignores all that it does not match. */
  ignores(path: string, isDirectory: boolean): boolean {
    for (const rule of this.rules) {
      const name = rule.isPath ? path : path.slice(path.lastIndexOf("/") + 1);
      const matches = matchPath(rule.pattern, name);
      if (rule.isNegated) {
        if ((rule.mustBeDirectory && !isDirectory) || !matches) return true;
      } else if (matches && !(rule.mustBeDirectory && !isDirectory)) {
        return true;
      }
    }
    return false;
  }
}
