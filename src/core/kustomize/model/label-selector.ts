import { labelKeyProblems, labelValueProblems } from "../../manifest/label-rules.js";
import { kustomizeError, quoteGo } from "./errors.js";
import { compareBytes } from "./gvk.js";

type Labels = { readonly [key: string]: string };
type Requirement = (labels: Labels) => boolean;

/** Of the version of Kubernetes that the original has its selectors from. */
const wording = { unit: "characters", subdomain: "a DNS-1123 subdomain" };

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
  return selector.match(/==|!=|[=!<>(),]|[^ \t\r\n=!<>(),]+/g) ?? [];
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
    for (let token = this.#peek(); token !== undefined; token = this.#peek()) {
      if (!isStart(token)) throw this.#error(`found '${token}', expected: !, identifier, or 'end of string'`);
      requirements.push(this.#requirement());
      const next = this.#peek();
      if (next === undefined) break;
      if (next !== ",") throw this.#error(`found '${next}', expected: ',' or 'end of string'`);
      this.#position += 1;
      const after = this.#peek();
      if (!isStart(after)) throw this.#error(`found '${after ?? ""}', expected: identifier after ','`);
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
        const value = this.#value(key);
        return (labels) => Object.hasOwn(labels, key) && labels[key] === value;
      }
      case "!=": {
        const value = this.#value(key);
        return (labels) => !Object.hasOwn(labels, key) || labels[key] !== value;
      }
      case "in": {
        const values = this.#values(key);
        return (labels) => Object.hasOwn(labels, key) && values.includes(labels[key]!);
      }
      case "notin": {
        const values = this.#values(key);
        return (labels) => !Object.hasOwn(labels, key) || !values.includes(labels[key]!);
      }
      case "<":
      case ">":
        return this.#comparison(key, operator);
      default:
        throw this.#requirementError(`found '${operator}', expected: in, notin, =, ==, !=, gt, lt`);
    }
  }

  #comparison(key: string, operator: "<" | ">"): Requirement {
    const text = this.#text();
    if (!/^[+-]?\d+$/.test(text) || BigInt(text) !== BigInt.asIntN(64, BigInt(text)))
      throw this.#requirementError(`for 'Gt', 'Lt' operators, the value must be an integer`);
    const limit = BigInt(this.#checked(key, text));
    return (labels) => {
      const label = Object.hasOwn(labels, key) ? labels[key]! : "";
      if (!/^[+-]?\d+$/.test(label)) return false;
      return operator === "<" ? BigInt(label) < limit : BigInt(label) > limit;
    };
  }

  #values(key: string): readonly string[] {
    this.#expect("(", "expected: '('");
    const first = this.#peek();
    if (first === ")") {
      this.#position += 1;
      return [""];
    }
    if (first !== "," && !isIdentifier(first))
      throw this.#requirementError(`found '${first ?? ""}', expected: ',', ')' or identifier`);
    const values = this.#identifiers();
    this.#position += 1;
    return [...values].sort(compareBytes).map((value) => this.#checked(key, value));
  }

  /** Up to the closing parenthesis; a comma without a neighbour stands for an empty value, yet not after two commas. */
  #identifiers(): readonly string[] {
    const values: string[] = [];
    for (;;) {
      const token = this.#peek();
      this.#position += 1;
      const next = this.#peek();
      if (token === ",") {
        if (values.length === 0 || next === ")" || next === ",") values.push("");
        if (next === ")") return values;
        if (next === ",") this.#position += 1;
        continue;
      }
      if (!isIdentifier(token)) throw this.#requirementError(`found '${token ?? ""}', expected: ',', or identifier`);
      values.push(token);
      if (next === ")") return values;
      if (next !== ",") throw this.#requirementError(`found '${next ?? ""}', expected: ',' or ')'`);
    }
  }

  #key(): string {
    const token = this.#peek();
    if (!isIdentifier(token)) throw this.#requirementError(`found '${token ?? ""}', expected: identifier`);
    this.#position += 1;
    const problems = labelKeyProblems(token, wording);
    if (problems.length > 0) throw this.#requirementError(`invalid label key ${quoteGo(token)}: ${problems.join("; ")}`);
    return token;
  }

  #value(key: string): string {
    return this.#checked(key, this.#text());
  }

  /** What stands where a value should, nothing before a comma and at the end. */
  #text(): string {
    const token = this.#peek();
    if (token === undefined || token === ",") return "";
    if (/^[=!<>()]/.test(token)) throw this.#requirementError(`found '${token}', expected: identifier`);
    this.#position += 1;
    return token;
  }

  #checked(key: string, value: string): string {
    const problems = labelValueProblems(value, wording);
    if (problems.length > 0)
      throw this.#requirementError(`invalid label value: ${quoteGo(value)}: at key: ${quoteGo(key)}: ${problems.join("; ")}`);
    return value;
  }

  #peek(): Token | undefined {
    return this.#tokens[this.#position];
  }

  #expect(token: Token, message: string): void {
    if (this.#peek() !== token) throw this.#requirementError(`found '${this.#peek() ?? ""}', ${message}`);
    this.#position += 1;
  }

  #requirementError(message: string): Error {
    return this.#error(`unable to parse requirement: ${message}`);
  }

  #error(message: string): Error {
    return kustomizeError("KUSTOMIZE_FIELD", message, { hint: `in the selector ${this.#selector}` });
  }
}

/** What a requirement may begin with. */
function isStart(token: Token | undefined): token is Token {
  return token === "!" || isIdentifier(token);
}

function isIdentifier(token: Token | undefined): token is Token {
  return token !== undefined && !/^[=!<>(),]/.test(token);
}
