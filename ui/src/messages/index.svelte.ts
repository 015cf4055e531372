// The sentences. One key per sentence, two files, one typed function per key: m.charge_qr({ method }).
// The language is state, so every sentence on screen follows a switch at once.
// A sentence may hold {params}, [Key] marks (drawn as keys by Phrases.svelte) and ~ (a space that must not break).
import en from "../../messages/en.json";
import th from "../../messages/th.json";

export type Language = "th" | "en";
export type MessageKey = keyof typeof th;
export type Params = Readonly<Record<string, string | number>>;
type Messages = { readonly [K in MessageKey]: (params?: Params) => string };

const files: Record<Language, Readonly<Record<MessageKey, string>>> = { th, en };
let current = $state<Language>("th");

export function language(): Language {
  return current;
}

export function setLanguage(language: Language): void {
  current = language;
  document.documentElement.lang = language;
}

/** Thai and Latin letters (or a name like 2328.io) that meet where a name was filled in are parted by a space, as in print. */
function parted(text: string): string {
  return text.replace(/([A-Za-z])(?=[\u0E00-\u0E7F])|([\u0E00-\u0E7F])(?=[A-Za-z]|\d+\.[a-z])/g, "$&~");
}

export function say(key: MessageKey, params: Params = {}, inLanguage: Language = current): string {
  const filled = files[inLanguage][key].replace(/\{(\w+)\}/g, (mark, name: string) => {
    const value = params[name];
    return value === undefined ? mark : String(value);
  });
  return (inLanguage === "th" ? parted(filled) : filled).replaceAll("~", "\u00a0");
}

export const m = Object.freeze(
  Object.fromEntries((Object.keys(th) as MessageKey[]).map((key) => [key, (params?: Params) => say(key, params)])),
) as Messages;
