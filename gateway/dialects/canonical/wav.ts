/** Wave files of plain samples: 16 bits, little endian, one channel. Source: Microsoft's *Multimedia Programming Interface*, RIFF. */
const HEAD_BYTES = 44;
const BYTES_A_SAMPLE = 2;

export function writeWav(samples: Buffer, samplesPerSecond: number): Buffer {
  const head = Buffer.alloc(HEAD_BYTES);
  head.write('RIFF', 0, 'latin1');
  head.writeUInt32LE(HEAD_BYTES - 8 + samples.length, 4);
  head.write('WAVEfmt ', 8, 'latin1');
  head.writeUInt32LE(16, 16);
  head.writeUInt16LE(1, 20);
  head.writeUInt16LE(1, 22);
  head.writeUInt32LE(samplesPerSecond, 24);
  head.writeUInt32LE(samplesPerSecond * BYTES_A_SAMPLE, 28);
  head.writeUInt16LE(BYTES_A_SAMPLE, 32);
  head.writeUInt16LE(BYTES_A_SAMPLE * 8, 34);
  head.write('data', 36, 'latin1');
  head.writeUInt32LE(samples.length, 40);
  return Buffer.concat([head, samples]);
}

/** Undefined: no wave file, or one of other samples than these. A length that is not known yet (a stream's) is the rest. */
export function readWav(file: Buffer): { readonly samples: Buffer; readonly samplesPerSecond: number } | undefined {
  if (file.toString('latin1', 0, 4) !== 'RIFF' || file.toString('latin1', 8, 12) !== 'WAVE') return undefined;
  let samplesPerSecond: number | undefined;
  for (let at = 12; at + 8 <= file.length; ) {
    const name = file.toString('latin1', at, at + 4);
    const start = at + 8;
    const end = Math.min(start + file.readUInt32LE(at + 4), file.length);
    if (name === 'fmt ' && end - start >= 16) {
      const plain = file.readUInt16LE(start) === 1 && file.readUInt16LE(start + 2) === 1;
      if (!plain || file.readUInt16LE(start + 14) !== BYTES_A_SAMPLE * 8) return undefined;
      samplesPerSecond = file.readUInt32LE(start + 4);
    }
    if (name === 'data') return samplesPerSecond ? { samples: file.subarray(start, end), samplesPerSecond } : undefined;
    // Chunks begin at even bytes.
    at = end + ((end - start) % 2);
  }
  return undefined;
}
