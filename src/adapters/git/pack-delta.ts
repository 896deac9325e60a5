/** Git's delta: instructions that copy from `base` or insert bytes of their own. */
export function applyDelta(base: Buffer, delta: Buffer): Buffer {
  let at = 0;
  const varint = (): number => {
    let value = 0;
    for (let scale = 1; ; scale *= 128) {
      const byte = delta[at++]!;
      value += (byte & 0x7f) * scale;
      if (!(byte & 0x80)) return value;
    }
  };
  if (varint() !== base.length) throw new Error("a delta of another base");
  const result = Buffer.allocUnsafe(varint());
  let written = 0;
  while (at < delta.length) {
    const instruction = delta[at++]!;
    if (instruction & 0x80) {
      let offset = 0;
      let length = 0;
      for (let bit = 0; bit < 4; bit++) if (instruction & (1 << bit)) offset += delta[at++]! * 256 ** bit;
      for (let bit = 0; bit < 3; bit++) if (instruction & (16 << bit)) length += delta[at++]! * 256 ** bit;
      if (length === 0) length = 0x10000;
      written += base.copy(result, written, offset, offset + length);
    } else {
      written += delta.copy(result, written, at, at + instruction);
      at += instruction;
    }
  }
  if (written !== result.length) throw new Error("a delta of another length");
  return result;
}
