// How a provider is doing, as a light and in words. Shape and fill carry it; colour only helps.
import type { MethodInfo, ProviderInfo } from "../ipc/generated";
import { m, say } from "../messages/index.svelte";

export type Health = ProviderInfo["health"];
export interface Light { icon: "dot" | "confirming" | "ring"; tone: "good" | "warn" | "bad" | "" }

export function light(health: Health): Light {
  switch (health) {
    case "ok": return { icon: "dot", tone: "good" };
    case "slow": return { icon: "confirming", tone: "warn" };
    case "down": return { icon: "ring", tone: "bad" };
    case "misconfigured": return { icon: "ring", tone: "warn" };
    case "unknown": return { icon: "ring", tone: "" };
  }
}

export const healthWord = (health: Health): string => say(`health_${health}`);

/** One provider and how it is, "2328.io ช้า". */
export function healthText(provider: ProviderInfo): string {
  return m.health_of({ provider: say(`provider_${provider.id}`), health: healthWord(provider.health) });
}

/** The lights a method shows: those of providers that are asked over the net. A drawer and a printed QR have none. */
export function watched(method: MethodInfo): ProviderInfo[] {
  return method.providers.filter((provider) => provider.tracking.some((way) => way === "poll" || way === "callback" || way === "resend"));
}
