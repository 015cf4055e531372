// Who is present at the till: kept from every state the backend gives, read by every page. It decides nothing; Rust refuses
// what a person may not do, and this only spares a person a question whose answer is known.
import type { Client } from "../ipc/client";
import type { Right, Role, Session } from "../ipc/owner-types";

const NOBODY: Session = { person: null, role: null, locked: false, has_people: false, rights: [], who: [] };

/** The rights of a role, as the backend's table has them: an auditor reviews and takes nothing. */
const RIGHTS: Readonly<Record<Role, readonly Right[]>> = {
  auditor: ["look", "review"], cashier: ["look", "take"], manager: ["look", "take", "review", "decide"], owner: ["look", "take", "review", "decide", "own"],
};

let session = $state.raw<Session>(NOBODY);

export const present = {
  get session(): Session { return session; },
  get locked(): boolean { return session.locked; },
};

export function takeSession(told: Session): void {
  session = told;
}

/** The person signed in may do it without asking anybody. */
export function may(right: Right): boolean {
  return session.rights.includes(right);
}

export function roleMay(role: Role, right: Right): boolean {
  return RIGHTS[role].includes(right);
}

/** Those whose PIN gives this right for one action. */
export function whoMay(right: Right): Session["who"] {
  return session.who.filter((person) => roleMay(person.role, right));
}

/** Locks the till; what customers see goes on. False where nobody could unlock it again. */
export async function lockNow(client: Client): Promise<boolean> {
  if (!session.has_people) return false;
  takeSession(await client.lock({}));
  return true;
}
