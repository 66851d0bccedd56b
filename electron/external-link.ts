/**
 * The URL to hand to the system's browser, or undefined when it must not be. Only `https:` pages and `mailto:`: every other scheme
 * can start programs on the user's machine (`file:`, `smb:`, `ms-…:`), and a captured answer may hold any link.
 */
export function safeExternalLink(url: string): string | undefined {
  if (url.length > 8192 || !URL.canParse(url)) return undefined;
  const parsed = new URL(url);
  if (parsed.protocol === 'mailto:') return parsed.href;
  // A name before the host is how a link pretends to lead elsewhere: https://openai.com@evil.example/
  return parsed.protocol === 'https:' && !parsed.username && !parsed.password ? parsed.href : undefined;
}
