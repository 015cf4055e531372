// The icon set. Shape says whose turn it is: circle, money is on its way; octagon, it ended; square, it is with a provider,
// the line or a tray; diamond, a person is needed. The fuller the fill, the more certain.
const dash = 'stroke-dasharray="3.2 3.4"';
const octagon = "M8 3h8l5 5v8l-5 5H8l-5-5V8z";

export const icons = {
  idle: '<circle cx="12" cy="12" r="9"/><path d="M8 12h8"/>',
  waiting: '<circle cx="12" cy="12" r="9"/><path d="M12 7v5l3.2 2"/>',
  confirming: '<circle cx="12" cy="12" r="9"/><path d="M12 3a9 9 0 0 0 0 18z" fill="currentColor"/>',
  paid: '<circle cx="12" cy="12" r="10" fill="currentColor" stroke="none"/><path d="M7.2 12.4l3.3 3.3 6.3-7" stroke="var(--knock,var(--sheet))" stroke-width="2.6"/>',
  cancelling: `<path d="${octagon}" ${dash}/><path d="M9 9l6 6m0-6l-6 6"/>`,
  cancelled: `<path d="${octagon}"/><path d="M9 9l6 6m0-6l-6 6"/>`,
  expired: `<path d="${octagon}"/><path d="M12 7.5v5l2.6 1.6"/>`,
  failed: '<path d="M8 2h8l6 6v8l-6 6H8l-6-6V8z" fill="currentColor" stroke="none"/><path d="M8.6 8.6l6.8 6.8m0-6.8l-6.8 6.8" stroke="var(--knock,var(--sheet))" stroke-width="2.4"/>',
  unknown: `<circle cx="12" cy="12" r="9" ${dash}/><path d="M9.6 9.6a2.5 2.5 0 1 1 3.6 2.3c-.8.4-1.2.9-1.2 1.7"/><path d="M12 16.8v.1"/>`,
  held: '<rect x="3" y="3" width="18" height="18" rx="2"/><path d="M9.5 8.5v7m5-7v7" stroke-width="2.6"/>',
  down: `<rect x="3" y="3" width="18" height="18" rx="2" ${dash}/><path d="M9 7v3m6-3v3M7.5 10h9v2.5a4.5 4.5 0 0 1-9 0zM12 17v2"/>`,
  offline: '<rect x="3" y="3" width="18" height="18" rx="2"/><path d="M7 11.5c3-2.7 7-2.7 10 0M9.4 14.4c1.6-1.3 3.6-1.3 5.2 0"/><path d="M4 20L20 4"/>',
  parked: '<rect x="4" y="7" width="16" height="14" rx="1.5"/><path d="M7 3.5h10M12 11v5m-2.4-2.2L12 16.2l2.4-2.4"/>',
  review: '<path d="M12 1.6L22.4 12 12 22.4 1.6 12z" fill="var(--warn)" stroke="var(--diamond-edge,var(--ink))" stroke-width="1.4"/><path d="M12 7v6" stroke="#0E1518" stroke-width="2.4"/><path d="M12 16.6v.1" stroke="#0E1518" stroke-width="2.6"/>',
  next: '<circle cx="12" cy="12" r="8" stroke-width="4"/>',
  dot: '<circle cx="12" cy="12" r="9" fill="currentColor" stroke="none"/>',
  ring: '<circle cx="12" cy="12" r="7" stroke-width="4"/>',
  menu: '<path d="M4 7h16M4 12h16M4 17h16"/>',
  backspace: '<path d="M9 5h11a1.5 1.5 0 0 1 1.5 1.5v11A1.5 1.5 0 0 1 20 19H9l-6.5-7z"/><path d="M12 9.5l5 5m0-5l-5 5"/>',
  slip: '<path d="M6 2.5h12v19l-3-2-3 2-3-2-3 2z"/><path d="M9 8h6M9 12h6"/>',
  tick: '<path d="M4.5 12.5l5 5L20 6.5"/>',
  close: '<path d="M6 6l12 12M18 6L6 18"/>',
  lock: '<rect x="5" y="11" width="14" height="10" rx="1.5"/><path d="M8 11V7.5a4 4 0 0 1 8 0V11"/>',
  person: '<circle cx="12" cy="8" r="4"/><path d="M4 21c.8-4.4 4-6.5 8-6.5s7.2 2.1 8 6.5"/>',
  back: '<path d="M15 5l-7 7 7 7"/>',
  forth: '<path d="M9 5l7 7-7 7"/>',
  find: '<circle cx="10.5" cy="10.5" r="6.5"/><path d="M15.5 15.5L21 21"/>',
  out: '<path d="M4 12h15m-6-6l6 6-6 6"/>',
  in: '<path d="M4 12h12m-5-5l5 5-5 5M20 5v14"/>',
  loop: '<path d="M4.5 11a7.5 7.5 0 0 1 13-4.3L20 9M20 4v5h-5M19.5 13a7.5 7.5 0 0 1-13 4.3L4 15m0 5v-5h5"/>',
  paper: '<path d="M6 2.5h8l4 4v15H6z"/><path d="M14 2.5v4h4M9 12h6M9 16h6"/>',
  returned: '<path d="M20 12H6m5-5l-5 5 5 5"/>',
} as const;

export type IconName = keyof typeof icons;
