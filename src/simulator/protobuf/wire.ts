/** One field of a protobuf message as it stands on the wire. */
export interface WireField {
  readonly number: number;
  /** Varints and fixed numbers. */
  readonly value: bigint;
  /** Length-delimited content. */
  readonly bytes: Uint8Array | undefined;
}

/** The fields of a message, in order. Throws a RangeError for bytes that are no message. */
export function readFields(bytes: Uint8Array): WireField[] {
  const fields: WireField[] = [];
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  let at = 0;
  const varint = (): bigint => {
    let value = 0n;
    for (let shift = 0n; shift < 70n; shift += 7n) {
      const byte = bytes[at++];
      if (byte === undefined) throw new RangeError("the message ends within a number");
      value |= BigInt(byte & 0x7f) << shift;
      if (byte < 0x80) return value;
    }
    throw new RangeError("a number is too long");
  };
  while (at < bytes.length) {
    const tag = Number(varint());
    const number = tag >>> 3;
    switch (tag & 7) {
      case 0:
        fields.push({ number, value: varint(), bytes: undefined });
        break;
      case 1:
        fields.push({ number, value: view.getBigUint64(at, true), bytes: undefined });
        at += 8;
        break;
      case 2: {
        const length = Number(varint());
        if (at + length > bytes.length) throw new RangeError("the message ends within a field");
        fields.push({ number, value: 0n, bytes: bytes.subarray(at, at + length) });
        at += length;
        break;
      }
      case 5:
        fields.push({ number, value: BigInt(view.getUint32(at, true)), bytes: undefined });
        at += 4;
        break;
      default:
        throw new RangeError(`unknown wire type ${tag & 7}`);
    }
  }
  return fields;
}
