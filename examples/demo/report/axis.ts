import { SHOWN_MS } from '../script.js';

/** Along the time axis everything is in per cent, so that a panel is as wide as there is room, and its text is not scaled. */
export const along = (ms: number): string => `${Number(((100 * ms) / SHOWN_MS).toFixed(2))}%`;

export interface Bar {
  readonly from: number;
  readonly to: number;
  readonly top: number;
  readonly bottom: number;
}

export const bar = (className: string, { from, to, top, bottom }: Bar): string => {
  const height = round(bottom - top);
  return height > 0
    ? `<rect class="${className}" x="${along(from)}" y="${round(top)}" width="${along(to - from)}" height="${height}"/>`
    : '';
};

export const text = (className: string, x: string | number, y: number, content: string): string =>
  `<text class="${className}" x="${x}" y="${y}">${content}</text>`;

/** A line across the panel, and what it stands for in the margin. */
export const level = (y: number, label: string, className = 'grid'): string =>
  `<line class="${className}" x1="0" x2="100%" y1="${round(y)}" y2="${round(y)}"/>${text('tick', -6, round(y) + 4, label)}`;

export const round = (value: number): number => Number(value.toFixed(1));
