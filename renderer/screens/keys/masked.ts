/** A secret as it may be shown: its first characters, its last four, and nothing that could be used. Pure. */
export function masked(secret: string): string {
  const characters = [...secret];
  const last = characters.length >= 12 ? characters.slice(-4).join('') : '';
  const first = characters.length >= 24 ? characters.slice(0, 4).join('') : '';
  return `${first}${'•'.repeat(8)}${last}`;
}
