// Starts the window: the real host inside Tauri, the memory host in a plain browser (preview and tests).
import { mount } from "svelte";
import App from "./App.svelte";
import "./design/fonts.css";
import "./design/tokens.css";
import "./design/base.css";
import { toDisplay } from "./features/display/to-display";
import type { SlipDesk } from "./features/slip/desk.svelte";
import type { Host } from "./ipc/host";
import { insideTauri, tauriHost } from "./ipc/tauri";
import { startPulse } from "./lib/pulse.svelte";
import { setLanguage } from "./messages/index.svelte";
import { routeOf } from "./routes";
import { Preferences, type Theme } from "./screens/Cashier/preferences.svelte";
import type { Till } from "./screens/Cashier/till.svelte";

const THEMES: readonly Theme[] = ["light", "dark", "hc"];

async function start(): Promise<void> {
  const query = new URLSearchParams(location.search);
  const route = routeOf(location);
  const preferences = new Preferences();
  let host: Host = tauriHost;
  let ready: ((till: Till, slips: SlipDesk) => void) | undefined;
  if (!insideTauri()) {
    // Loaded only where there is no backend: the window of the product never asks for it.
    const { memoryHost } = await import("./ipc/memory");
    const memory = memoryHost(query);
    host = memory.host;
    ready = memory.stage;
    if (route === "customer_display") {
      const theme = query.get("theme") === "dark" ? "dark" : "light";
      const view = { till: memory.backend.till, order: memory.order, elapsedMs: 0, celebrating: true, covered: query.get("state") === "confirm", theme } as const;
      if (memory.order) setTimeout(() => memory.backend.emit("display", toDisplay(view)), 50);
    }
    const language = query.get("lang");
    const theme = THEMES.find((name) => name === query.get("theme"));
    if (language === "th" || language === "en") preferences.setLanguage(language);
    if (theme) preferences.setTheme(theme);
  }
  setLanguage(preferences.language ?? "th");
  document.documentElement.dataset.theme = preferences.theme;
  startPulse();
  const gallery = route === "gallery" ? (await import("./design/gallery/Gallery.svelte")).default : undefined;
  const target = document.getElementById("app");
  if (!target) throw new Error("the page has no place for the app");
  mount(App, { target, props: { host, route, preferences, ready, gallery } });
}

void start();
