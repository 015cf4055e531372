// Looks at the clipboard by itself, when the owner of this machine switched it on: a slip that was just copied is checked
// without a key. What lay there before is left alone, and nothing but a picture or a slip's text is ever taken.
import type { Client } from "../../ipc/client";
import { isApiError } from "../../ipc/errors";
import { formOf } from "./form";
import { fromPicture, fromText, type Taken } from "./intake";

const EVERY_MS = 1500;
/** Enough bytes of a picture to tell two apart. */
const SAMPLES = 4096;

export interface Clip { picture: Blob | null; text: string }

/** The browser's clipboard. Throws where the web view does not let a page read it. */
export async function readClipboard(): Promise<Clip> {
  for (const item of await navigator.clipboard.read()) {
    const type = item.types.find((name) => name.startsWith("image/"));
    if (type !== undefined) return { picture: await item.getType(type), text: "" };
    if (item.types.includes("text/plain")) return { picture: null, text: await (await item.getType("text/plain")).text() };
  }
  return { picture: null, text: "" };
}

/** The shell's clipboard, which no web view keeps from it; the browser's where there is no shell. Null: nothing new. */
export function clipboardOf(client: () => Client): () => Promise<Clip | null> {
  return async () => {
    let seen;
    try {
      seen = await client().clipboard_look({});
    } catch (thrown) {
      if (isApiError(thrown) && thrown.code === "not_built") return readClipboard();
      throw thrown;
    }
    if (seen.unchanged) return null;
    if (seen.picture_base64 === null) return { picture: null, text: seen.text ?? "" };
    const bytes = Uint8Array.from(atob(seen.picture_base64), (character) => character.charCodeAt(0));
    return { picture: new Blob([bytes], { type: "image/png" }), text: "" };
  };
}

async function fingerprint(clip: Clip): Promise<string> {
  if (clip.picture === null) return `text ${clip.text}`;
  const bytes = new Uint8Array(await clip.picture.arrayBuffer());
  const step = Math.max(1, Math.floor(bytes.length / SAMPLES));
  let sum = 0;
  for (let at = 0; at < bytes.length; at += step) sum = (sum * 31 + (bytes[at] ?? 0)) % 4294967291;
  return `picture ${bytes.length} ${sum}`;
}

export class ClipboardWatch {
  /** Switched on, but the web view does not let a page read the clipboard by itself. */
  refused = $state(false);
  #timer: ReturnType<typeof setTimeout> | undefined;
  #last: string | null = null;
  #read: () => Promise<Clip | null>;
  #take: (taken: Taken) => void;

  constructor(take: (taken: Taken) => void, read: () => Promise<Clip | null> = readClipboard) {
    this.#take = take;
    this.#read = read;
  }

  start(): void {
    this.stop();
    this.refused = false;
    const beat = async (): Promise<void> => {
      await this.look();
      if (!this.refused) this.#timer = setTimeout(() => void beat(), EVERY_MS);
    };
    this.#timer = setTimeout(() => void beat(), 0);
  }

  stop(): void {
    clearTimeout(this.#timer);
    this.#last = null;
  }

  async look(): Promise<void> {
    // Only the window in front may read it.
    if (!document.hasFocus()) return;
    try {
      const clip = await this.#read();
      if (clip === null) {
        // Known from before this watch began: left alone like anything that lay there.
        this.#last ??= "known";
        return;
      }
      const now = await fingerprint(clip);
      const before = this.#last;
      this.#last = now;
      if (before === null || before === now) return;
      if (clip.picture !== null) this.#take(fromPicture(clip.picture));
      else if (formOf(clip.text.trim()) === "code") this.#take(fromText(clip.text));
    } catch {
      this.refused = true;
    }
  }
}
