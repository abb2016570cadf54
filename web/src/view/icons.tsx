// Shapes in the colour of the text around them, so that they stay in grey and in forced colours.
// Each severity has a shape of its own.

import type { Severity } from "../api_types";

const SEVERITIES: Record<Severity, { d: string; hollow?: true }> = {
  critical: {
    d: "M5.1 1h5.8L15 5.1v5.8L10.9 15H5.1L1 10.9V5.1zM7.1 4v5.2h1.8V4zm0 6.6v1.7h1.8v-1.7z",
  },
  high: { d: "M8 1.5 15.5 14.5H.5z" },
  medium: { d: "M8 1.6 14.4 8 8 14.4 1.6 8z", hollow: true },
  low: { d: "M8 2.4a5.6 5.6 0 1 1 0 11.2A5.6 5.6 0 0 1 8 2.4z", hollow: true },
  praise: {
    d: "M8 14 2.2 8.3a3.6 3.6 0 0 1 0-5.1 3.6 3.6 0 0 1 5.1 0l.7.7.7-.7a3.6 3.6 0 0 1 5.1 5.1z",
  },
};

export function SeverityIcon({ severity }: { severity: Severity }) {
  const { d, hollow } = SEVERITIES[severity];
  return (
    <svg class={`shape ${severity}`} viewBox="0 0 16 16" aria-hidden="true">
      {hollow ? (
        <path d={d} fill="none" stroke="currentColor" stroke-width="1.8" />
      ) : (
        <path d={d} fill="currentColor" fill-rule="evenodd" />
      )}
    </svg>
  );
}

const DRAWINGS = {
  back: "M10 3 5 8l5 5",
  close: "m4 4 8 8m0-8-8 8",
  copy: "M6 6h7v7.5H6zM10 6V2.5H3V10h3",
  filters: "M2 4h12M4.5 8h7M7 12h2",
  link: "M9 3h4v4m0-4L7 9M6 4H3v9h9v-3",
  tick: "m3 8.5 3.2 3L13 4.5",
} as const;

export function Icon({ name }: { name: keyof typeof DRAWINGS }) {
  return (
    <svg class={`icon ${name}`} viewBox="0 0 16 16" aria-hidden="true">
      <path d={DRAWINGS[name]} fill="none" stroke="currentColor" stroke-width="1.6" />
    </svg>
  );
}

/** A ring that empties while a claim runs out. `share` is what is left, from 0 to 1. */
export function Ring({ share }: { share: number }) {
  const around = 2 * Math.PI * 6;
  return (
    <svg class="ring" viewBox="0 0 16 16" aria-hidden="true">
      <circle cx="8" cy="8" r="6" fill="none" class="ring-track" stroke-width="2.4" />
      <circle
        cx="8"
        cy="8"
        r="6"
        fill="none"
        stroke="currentColor"
        stroke-width="2.4"
        stroke-dasharray={`${(around * share).toFixed(2)} ${around.toFixed(2)}`}
        transform="rotate(-90 8 8)"
      />
    </svg>
  );
}

export function Dot({ filled }: { filled: boolean }) {
  return (
    <svg class="dot" viewBox="0 0 12 12" aria-hidden="true">
      <circle
        cx="6"
        cy="6"
        r="4.6"
        fill={filled ? "currentColor" : "none"}
        stroke="currentColor"
        stroke-width="1.4"
      />
    </svg>
  );
}
