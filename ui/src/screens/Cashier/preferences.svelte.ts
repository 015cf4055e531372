// What this window remembers between starts: language, colours, sound, last method. Nothing of a sale is kept here.
import type { Method } from "../../ipc/generated";
import { setLanguage, type Language } from "../../messages/index.svelte";

export type Theme = "light" | "dark" | "hc";

const PREFIX = "keptang.";
const METHODS: readonly Method[] = ["promptpay", "truemoney", "crypto", "cash"];

function read<Value extends string>(key: string, known: readonly Value[]): Value | null {
  try {
    const stored = localStorage.getItem(PREFIX + key);
    return known.find((value) => value === stored) ?? null;
  } catch {
    return null;
  }
}

function write(key: string, value: string): void {
  try {
    localStorage.setItem(PREFIX + key, value);
  } catch {
    // A full or forbidden store: the choice holds until the window closes.
  }
}

export class Preferences {
  #language = $state<Language | null>(read("language", ["th", "en"]));
  #theme = $state<Theme>(read("theme", ["light", "dark", "hc"]) ?? "light");
  #displayTheme = $state<"light" | "dark">(read("display_theme", ["light", "dark"]) ?? "light");
  #sound = $state<"on" | "off">(read("sound", ["on", "off"]) ?? "on");
  #clipboard = $state<"on" | "off">(read("clipboard", ["on", "off"]) ?? "off");
  readonly method: Method | null = read("method", METHODS);

  get language(): Language | null { return this.#language; }
  get theme(): Theme { return this.#theme; }
  get displayTheme(): "light" | "dark" { return this.#displayTheme; }
  get sound(): "on" | "off" { return this.#sound; }
  /** Slips that are copied on this machine are checked by themselves. */
  get clipboard(): "on" | "off" { return this.#clipboard; }

  setLanguage(language: Language): void {
    this.#language = language;
    write("language", language);
    setLanguage(language);
  }

  setTheme(theme: Theme): void {
    this.#theme = theme;
    write("theme", theme);
    document.documentElement.dataset.theme = theme;
  }

  setDisplayTheme(theme: "light" | "dark"): void {
    this.#displayTheme = theme;
    write("display_theme", theme);
  }

  setSound(sound: "on" | "off"): void {
    this.#sound = sound;
    write("sound", sound);
  }

  setClipboard(clipboard: "on" | "off"): void {
    this.#clipboard = clipboard;
    write("clipboard", clipboard);
  }

  rememberMethod(method: Method): void {
    write("method", method);
  }
}
