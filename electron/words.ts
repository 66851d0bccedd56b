import { linkAmong, placeOfLink } from './deep-link.ts';

/** What the words that the app was started with ask for. */
export type Words = {
  /** `--home DIR`. */
  home: string | undefined;
  /** `--port N`; 0 picks a free one. */
  port: number | undefined;
  /** `--hidden`: listen, but open no window (start at login). */
  hidden: boolean;
  /** The place that a `keyward://` link among them leads to. */
  place: string | undefined;
};

/**
 * Reads the start words. Lenient: Chromium's own switches and the app's folder are among them, and a desktop app has
 * nowhere to print its usage; what is not understood counts as not said.
 */
export function readWords(words: readonly string[]): Words {
  const valueAfter = (name: string): string | undefined => {
    const joined = words.find((word) => word.startsWith(`--${name}=`));
    if (joined) return joined.slice(name.length + 3);
    const at = words.indexOf(`--${name}`);
    return at === -1 ? undefined : words[at + 1];
  };
  const port = valueAfter('port');
  const link = linkAmong(words);
  return {
    home: valueAfter('home') || undefined,
    port: port !== undefined && /^\d{1,5}$/.test(port) && Number(port) <= 65_535 ? Number(port) : undefined,
    hidden: words.includes('--hidden'),
    place: link && placeOfLink(link),
  };
}
