import { kustomizeError } from "./errors.js";

type Labels = { readonly [key: string]: string };
type Requirement = (labels: Labels) => boolean;

const parsed = new Map<string, readonly Requirement[]>();

/** Whether labels satisfy a selector as kubectl takes it: `a=b,c!=d,e in (f,g),!h,i>3`; "" takes everything. */
export function matchesLabels(selector: string, labels: Labels): boolean {
  let requirements = parsed.get(selector);
  if (!requirements) {
    requirements = parseRequirements(selector);
    if (parsed.size > 1000) parsed.clear();
    parsed.set(selector, requirements);
  }
  return requirements.every((requirement) => requirement(labels));
}

type Token = string;

function tokenise(selector: string): Token[] {
  return selector.match(/==|!=|[=!<>(),]|[^\s=!<>(),]+/g) ?? [];
}

function parseRequirements(selector: string): readonly Requirement[] {
  return new SelectorParser(selector, tokenise(selector)).read();
}

class SelectorParser {
  readonly #selector: string;
  readonly #tokens: Token[];
  #position = 0;

  constructor(selector: string, tokens: Token[]) {
    this.#selector = selector;
    this.#tokens = tokens;
  }

  read(): readonly Requirement[] {
    const requirements: Requirement[] = [];
    while (this.#position < this.#tokens.length) {
      requirements.push(this.#requirement());
      if (this.#position >= this.#tokens.length) break;
      this.#expect(",", "expected: ',' or 'end of string'");
      if (this.#position >= this.#tokens.length) throw this.#error("found '', expected: identifier after ','");
    }
    return requirements;
  }

  #requirement(): Requirement {
    if (this.#peek() === "!") {
      this.#position += 1;
      const key = this.#key();
      return (labels) => !Object.hasOwn(labels, key);
    }
    const key = this.#key();
    const operator = this.#peek();
    if (operator === undefined || operator === ",") return (labels) => Object.hasOwn(labels, key);
    this.#position += 1;
    switch (operator) {
      case "=":
      case "==": {
        const value = this.#value();
        return (labels) => Object.hasOwn(labels, key) && labels[key] === value;
      }
      case "!=": {
        const value = this.#value();
        return (labels) => !Object.hasOwn(labels, key) || labels[key] !== value;
      }
      case "in": {
        const values = this.#values();
        return (labels) => Object.hasOwn(labels, key) && values.includes(labels[key]!);
      }
      case "notin": {
        const values = this.#values();
        return (labels) => !Object.hasOwn(labels, key) || !values.includes(labels[key]!);
      }
      case "<":
      case ">":
        return this.#comparison(key, operator);
      default:
        throw this.#error(`found '${operator}', expected: in, notin, =, ==, !=, gt, lt`);
    }
  }

  #comparison(key: string, operator: "<" | ">"): Requirement {
    const text = this.#value();
    if (!/^[+-]?\d+$/.test(text)) throw this.#error(`for 'Gt', 'Lt' operators, the value must be an integer`);
    const limit = BigInt(text);
    return (labels) => {
      const label = Object.hasOwn(labels, key) ? labels[key]! : "";
      if (!/^[+-]?\d+$/.test(label)) return false;
      return operator === "<" ? BigInt(label) < limit : BigInt(label) > limit;
    };
  }

  #values(): readonly string[] {
    this.#expect("(", "expected: '('");
    const values: string[] = [];
    for (;;) {
      const token = this.#peek();
      if (token === undefined) throw this.#error("found '', expected: ',', ')' or identifier");
      if (token === ")") {
        this.#position += 1;
        if (values.length === 0 || this.#tokens[this.#position - 2] === ",") values.push("");
        return values;
      }
      this.#position += 1;
      if (token === ",") {
        if (values.length === 0 || this.#tokens[this.#position - 2] === "," || this.#tokens[this.#position - 2] === "(")
          values.push("");
      } else values.push(token);
    }
  }

  #key(): string {
    const token = this.#peek();
    if (token === undefined || /^[=!<>(),]/.test(token))
      throw this.#error(`found '${token ?? ""}', expected: !, identifier, or 'end of string'`);
    this.#position += 1;
    if (!isQualifiedName(token)) throw this.#error(`key: Invalid value: "${token}"`);
    return token;
  }

  #value(): string {
    const token = this.#peek();
    if (token === undefined || token === ",") return "";
    if (/^[=!<>()]/.test(token)) throw this.#error(`found '${token}', expected: identifier`);
    this.#position += 1;
    if (!/^([A-Za-z0-9]([A-Za-z0-9_.-]{0,61}[A-Za-z0-9])?)?$/.test(token)) throw this.#error(`values: Invalid value: "${token}"`);
    return token;
  }

  #peek(): Token | undefined {
    return this.#tokens[this.#position];
  }

  #expect(token: Token, message: string): void {
    if (this.#peek() !== token) throw this.#error(`found '${this.#peek() ?? ""}', ${message}`);
    this.#position += 1;
  }

  #error(message: string): Error {
    return kustomizeError("KUSTOMIZE_FIELD", `unable to parse requirement: ${message}`, {
      hint: `in the selector ${this.#selector}`,
    });
  }
}

function isQualifiedName(key: string): boolean {
  const parts = key.split("/");
  if (parts.length > 2) return false;
  const name = parts.at(-1)!;
  if (!/^[A-Za-z0-9]([A-Za-z0-9_.-]{0,61}[A-Za-z0-9])?$/.test(name)) return false;
  return parts.length === 1 || /^[a-z0-9]([a-z0-9-]*[a-z0-9])?(\.[a-z0-9]([a-z0-9-]*[a-z0-9])?)*$/.test(parts[0]!);
}
