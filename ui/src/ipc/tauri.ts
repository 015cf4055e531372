// The real host. The only file that knows Tauri.
import { invoke, isTauri } from "@tauri-apps/api/core";
import { listen } from "@tauri-apps/api/event";
import type { Host } from "./host";

export function insideTauri(): boolean {
  return isTauri();
}

export const tauriHost: Host = {
  call: (name, request) => invoke("call", { name, request }),
  on: (event, hear) => listen(event, (message) => hear(message.payload as Parameters<typeof hear>[0])),
};
