// What this window remembers about its own looks, as the pages of settings need it (the screens' preferences have this shape).
import type { Language } from "../../messages/index.svelte";

export interface Look {
  readonly theme: "light" | "dark" | "hc";
  readonly displayTheme: "light" | "dark";
  readonly sound: "on" | "off";
  setLanguage: (language: Language) => void;
  setTheme: (theme: "light" | "dark" | "hc") => void;
  setDisplayTheme: (theme: "light" | "dark") => void;
  setSound: (sound: "on" | "off") => void;
}
