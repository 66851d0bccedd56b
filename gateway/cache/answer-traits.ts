/** What an answer's text tells about whether it may be given again. Pure. */

/**
 * Calls of tools, in the words of every dialect a caller speaks. Only a member's own quotes are plain in JSON (those
 * inside a text are escaped), so a text that talks about tools is not taken for one.
 */
const TOOL_MEMBER = /"(?:tool_calls|function_call|functionCall|toolCall|executableCode)"\s*:(?!\s*(?:null\b|\[\s*\]))/;
const TOOL_TYPE = /"type"\s*:\s*"(?:[a-z_]*tool_use|tool_call|[a-z_]*_call)"/;

export function callsTools(text: string): boolean {
  return TOOL_MEMBER.test(text) || TOOL_TYPE.test(text);
}
