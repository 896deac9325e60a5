/**
 * What was made of texts, bounded by the length of the texts: what was not asked for while a whole generation of others came is
 * forgotten. For results that depend on the text alone, so that sharing them shows nowhere but in time.
 */
export class RecentTexts<T extends object> {
  private young = new Map<string, T>();
  private old = new Map<string, T>();
  private length = 0;

  constructor(private readonly generationLength = 4_000_000) {}

  get(text: string, make: () => T | undefined): T | undefined {
    const known = this.find(text);
    if (known) return known;
    const made = make();
    if (made) this.keep(text, made);
    return made;
  }

  find(text: string): T | undefined {
    const recent = this.young.get(text);
    if (recent) return recent;
    const known = this.old.get(text);
    if (known) this.keep(text, known);
    return known;
  }

  keep(text: string, made: T): void {
    // A short text weighs more than its letters.
    this.length += text.length + 64;
    if (this.length > this.generationLength) {
      this.old = this.young;
      this.young = new Map();
      this.length = text.length + 64;
    }
    this.young.set(text, made);
  }
}
