import type { Template } from "./template-set.js";

type Parsed = ReadonlyMap<string, Template>;

const generationLength = 8_000_000;

/**
 * Parsed template texts of one function table, bounded by the length of their texts: what was not asked for while a whole
 * generation of others came is forgotten. Trees depend on name, text and table alone, so sharing them shows nowhere but in time.
 */
export class ParsedTexts {
  private young = new Map<string, Map<string, Parsed>>();
  private old = new Map<string, Map<string, Parsed>>();
  private length = 0;

  get(name: string, text: string, parse: () => Parsed): Parsed {
    const recent = this.young.get(text)?.get(name);
    if (recent) return recent;
    const parsed = this.old.get(text)?.get(name) ?? parse();
    this.remember(name, text, parsed);
    return parsed;
  }

  private remember(name: string, text: string, parsed: Parsed): void {
    this.length += text.length + name.length;
    if (this.length > generationLength) {
      this.old = this.young;
      this.young = new Map();
      this.length = text.length + name.length;
    }
    const names = this.young.get(text) ?? new Map<string, Parsed>();
    names.set(name, parsed);
    this.young.set(text, names);
  }
}
