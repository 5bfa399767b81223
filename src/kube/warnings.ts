import { cleanText } from "./clean-text.ts";
import type { Transport } from "./transport.ts";

/** A quoted text of a `Warning` header, `299 - "text"` (RFC 7234, 5.5); a header may hold several. */
const quoted = /\b299 \S+ "((?:[^"\\]|\\.)*)"/g;
/** So many different ones are told; a server could say something new with every answer. */
const most = 100;

/** Passes on what an API server warns of (unknown fields, deprecated versions), each sentence once. */
export function heeding(transport: Transport, warn: (sentence: string) => void): Transport {
  const told = new Set<string>();
  return {
    async request(asked) {
      const answer = await transport.request(asked);
      for (const [, text = ""] of (answer.headers["warning"] ?? "").matchAll(quoted)) {
        const sentence = cleanText(text.replace(/\\(.)/g, "$1"));
        if (told.has(sentence) || told.size >= most) continue;
        told.add(sentence);
        warn(sentence);
      }
      return answer;
    },
    close: () => transport.close(),
  };
}
