// Figures of a PIN by place on the keyboard, so that a Thai layout types the same PIN.
export function pinFigure(event: { code: string; key: string; shiftKey: boolean; ctrlKey: boolean; altKey: boolean; metaKey: boolean }): string | null {
  if (event.ctrlKey || event.altKey || event.metaKey || event.shiftKey) return null;
  const found = /^(?:Digit|Numpad)([0-9])$/.exec(event.code);
  if (found) return found[1] ?? null;
  return event.code === "" && /^[0-9]$/.test(event.key) ? event.key : null;
}
