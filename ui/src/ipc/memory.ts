// The memory host: an in-page backend for the plain browser and for tests. Two pages of one browser share the customer
// display through a broadcast channel, as two windows share it through the real host.
import type { SlipDesk } from "../features/slip/desk.svelte";
import type { Till } from "../screens/Cashier/till.svelte";
import type { Order } from "./generated";
import type { Host, HostEvents } from "./host";
import type { Role } from "./owner-types";
import { MemoryBackend } from "./memory/backend";
import { scenes } from "./memory/scenes";
import { START_ISO, startAt } from "./memory/world";

const CHANNEL = "keptang-display";

export function hostOf(backend: MemoryBackend): Host {
  return {
    call: (name, request) => backend.answer(name, request),
    on: async (event, hear) =>
      backend.listen((heard, payload) => {
        if (heard === event) hear(payload as Parameters<typeof hear>[0]);
      }),
  };
}

export interface Memory {
  host: Host;
  backend: MemoryBackend;
  stage: (till: Till, slips?: SlipDesk) => void;
  /** The scene's own bill. */
  order: Order | null;
}

const ROLES: readonly Role[] = ["auditor", "cashier", "manager", "owner"];

/** ?as=cashier signs somebody in, ?as=nobody leaves the till locked; otherwise the owner is there. */
function signedIn(name: string | null): { as?: Role | null } {
  if (name === "nobody") return { as: null };
  const as = ROLES.find((role) => role === name);
  return as === undefined ? {} : { as };
}

/** ?state=… picks a scene; ?training=1 the training look; ?world=first the shop of the first start. */
export function memoryHost(query: URLSearchParams): Memory {
  const name = query.get("state");
  const scene = (name === null ? undefined : scenes[name]) ?? {};
  const fresh = name === null;
  startAt(scene.clock ?? START_ISO);
  const backend = new MemoryBackend({
    training: query.get("training") === "1" || (fresh && query.get("training") !== "0"),
    world: query.get("world") === "first" || fresh ? "first" : "full",
    bills: query.get("bills") !== "0" && !fresh,
    ...signedIn(query.get("as")),
    firstRun: query.get("setup") === "1",
  });
  const order = scene.before?.(backend) || undefined;
  if (typeof BroadcastChannel !== "undefined") {
    const channel = new BroadcastChannel(CHANNEL);
    let echo = false;
    channel.onmessage = (message: MessageEvent<HostEvents["display"]>) => {
      echo = true;
      backend.emit("display", message.data);
      echo = false;
    };
    backend.listen((event, payload) => {
      if (event === "display" && !echo) channel.postMessage(payload);
    });
  }
  return { host: hostOf(backend), backend, order: order ?? null, stage: (till, slips) => scene.after?.(till, order, backend, slips) };
}
