// A counter on the memory host, with time in the test's hands.
import { vi } from "vitest";
import { client } from "../src/ipc/client";
import { hostOf } from "../src/ipc/memory";
import { MemoryBackend } from "../src/ipc/memory/backend";
import { SlipDesk } from "../src/features/slip/desk.svelte";
import { setLanguage } from "../src/messages/index.svelte";
import { Preferences } from "../src/screens/Cashier/preferences.svelte";
import { Till } from "../src/screens/Cashier/till.svelte";

export interface Counter {
  till: Till;
  slips: SlipDesk;
  /** What was rung and told about slips. */
  heard: string[];
  backend: MemoryBackend;
  preferences: Preferences;
  /** Lets `ms` pass, with everything that falls due in them. */
  pass: (ms: number) => Promise<unknown>;
}

export async function counter(options: { world?: "full" | "first"; training?: boolean } = {}): Promise<Counter> {
  vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout", "setInterval", "clearInterval", "performance", "Date"] });
  localStorage.clear();
  setLanguage("th");
  const backend = new MemoryBackend({ training: options.training ?? false, world: options.world ?? "full", bills: true });
  const preferences = new Preferences();
  const till = new Till(client(hostOf(backend)), preferences);
  backend.listen((event, payload) => {
    if (event === "order_changed" && "order_id" in payload) void till.changed(payload.order_id);
  });
  const heard: string[] = [];
  const slips = new SlipDesk(client(hostOf(backend)), {
    bill: () => till.bill, doing: () => [till.bill?.order_id, till.paid?.order_id, till.entry.text].join("|"), tell: (text) => void heard.push(text), ring: (signal) => void heard.push(signal),
    paid: async (number) => {
      await till.changed(number);
      return till.paid?.number === number;
    },
  });
  backend.listen((event, payload) => {
    if (event === "slip_changed" && "slip_id" in payload) void slips.changed(payload.slip_id);
  });
  const pass = (ms: number): Promise<unknown> => vi.advanceTimersByTimeAsync(ms);
  await till.start();
  return { till, slips, heard, backend, preferences, pass };
}

export function type(till: Till, keys: string): void {
  for (const key of keys.split(" ")) till.key(key as Parameters<Till["key"]>[0]);
}
