// What the window does beside selling: playing the customer in training, the customer's window, the sound to try.
import { isRunning, newest } from "../../bill/presentation";
import { play } from "../../features/payment/sound";
import type { Client } from "../../ipc/client";
import type { Order, TrainingAct } from "../../ipc/generated";
import { m, say } from "../../messages/index.svelte";
import type { Notices } from "./notices.svelte";

export class Beside {
  #client: Client;
  #notices: Notices;
  /** Runs a command and shows its refusal where the bill shows such things. */
  #run: (work: () => Promise<void>) => Promise<void>;

  constructor(client: Client, notices: Notices, run: (work: () => Promise<void>) => Promise<void>) {
    this.#client = client;
    this.#notices = notices;
    this.#run = run;
  }

  async act(act: TrainingAct, bill: () => Order | null): Promise<void> {
    const before = bill();
    const attempt = before ? newest(before) : null;
    await this.#run(async () => {
      await this.#client.training_act({ attempt_id: attempt?.attempt_id ?? null, act });
      const now = bill();
      const running = now !== null && isRunning(now);
      const name = say(`training_${act}`, { amount: "" });
      if (act !== "pay") this.#notices.say("training", running ? m.training_done({ act: name }) : m.training_done_next({ act: name }));
    });
  }

  openDisplay(open: boolean): void {
    void this.#run(async () => void (await this.#client.display_open({ open })));
  }

  hearPaid(): void {
    play("paid");
  }
}
