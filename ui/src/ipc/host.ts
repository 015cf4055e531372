// What the window may ask of whoever hosts it: one call, and its kinds of news. The real host is Tauri; the memory host
// plays the backend in a plain browser and in tests. Nothing above this line knows which one it has.
import type { Display, ShellCommands } from "./display";
import type { Commands as TillCommands, Provider, TillState } from "./generated";
import type { Approval } from "./owner-types";

/** A till's state with who is signed in, the shift and what must be announced. */
export type FullTillState = TillState;

/** Everything the window can ask: the till's commands, and the shell's. */
export type Commands = TillCommands & ShellCommands;

/** A command's own fields, and who approves it when the person signed in may not. */
export type Request<K extends keyof Commands> = Commands[K]["req"] & Approval;

export interface HostEvents {
  order_changed: { order_id: string; version: number };
  slip_changed: { slip_id: string };
  provider_health: { provider: Provider };
  display: Display;
}

export interface Host {
  call<K extends keyof Commands>(name: K, request: Request<K>): Promise<Commands[K]["reply"]>;
  /** Starts listening; the answer stops it again. */
  on<E extends keyof HostEvents>(event: E, hear: (payload: HostEvents[E]) => void): Promise<() => void>;
}
