import type { Page } from 'playwright-core';

/** A piece of text as it stands on the page. */
export interface Piece {
  readonly text: string;
  readonly fontSize: number;
  readonly color: string;
  readonly boxes: readonly Box[];
}

export interface Box {
  readonly left: number;
  readonly top: number;
  readonly right: number;
  readonly bottom: number;
}

/** All text that can be seen. */
export const piecesOf = (page: Page): Promise<Piece[]> =>
  page.evaluate(() => {
    const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
    const pieces: Piece[] = [];
    for (let node = walker.nextNode(); node; node = walker.nextNode()) {
      const parent = node.parentElement;
      const text = node.textContent?.trim();
      if (!parent || !text) continue;
      const range = document.createRange();
      range.selectNodeContents(node);
      const boxes = [...range.getClientRects()].map(({ left, top, right, bottom }) => ({
        left: left + scrollX,
        top: top + scrollY,
        right: right + scrollX,
        bottom: bottom + scrollY,
      }));
      if (boxes.length === 0) continue;
      const { fontSize, color, fill } = getComputedStyle(parent);
      const drawn = parent instanceof SVGElement;
      pieces.push({ text, boxes, fontSize: Number.parseFloat(fontSize), color: drawn ? fill : color });
    }
    return pieces;
  });

/** Pairs of texts that are written over each other. */
export const collisions = (pieces: readonly Piece[]): string[] =>
  pieces.flatMap((one, i) =>
    pieces
      .slice(i + 1)
      .filter((other) => one.boxes.some((a) => other.boxes.some((b) => overlap(a, b))))
      .map((other) => `${one.text} | ${other.text}`),
  );

/** The boxes of lines touch; glyphs do not fill them to the edge. */
const overlap = (a: Box, b: Box): boolean =>
  Math.min(a.right, b.right) - Math.max(a.left, b.left) > 1 &&
  Math.min(a.bottom, b.bottom) - Math.max(a.top, b.top) > 2;

/** Contrast of each text against whatever is painted behind it, pixel by pixel; the worst counts. */
export async function contrasts(page: Page, pieces: readonly Piece[]): Promise<{ text: string; contrast: number }[]> {
  const hidden = await page.addStyleTag({
    content: '* { color: transparent !important } text { fill: transparent !important }',
  });
  const picture = (await page.screenshot({ fullPage: true })).toString('base64');
  await hidden.evaluate((style) => (style as HTMLElement).remove());
  const canvas = await page.context().newPage();
  const found = await canvas.evaluate(measure, { picture, pieces });
  await canvas.close();
  return found;
}

/** Runs in the browser, which can read its own pictures. */
async function measure({ picture, pieces }: { picture: string; pieces: readonly Piece[] }) {
  const image = new Image();
  image.src = `data:image/png;base64,${picture}`;
  await image.decode();
  const canvas = document.createElement('canvas');
  [canvas.width, canvas.height] = [image.width, image.height];
  const context = canvas.getContext('2d') as CanvasRenderingContext2D;
  context.drawImage(image, 0, 0);
  const { data } = context.getImageData(0, 0, image.width, image.height);
  const pixels = new Uint32Array(data.buffer);
  // Relative luminance and contrast as WCAG 2 has them.
  const luminance = (r: number, g: number, b: number) => {
    const [red = 0, green = 0, blue = 0] = [r, g, b]
      .map((channel) => channel / 255)
      .map((channel) => (channel <= 0.04045 ? channel / 12.92 : ((channel + 0.055) / 1.055) ** 2.4));
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
  };
  return pieces.map(({ text, color, boxes }) => {
    const [r = 0, g = 0, b = 0] = (color.match(/[\d.]+/g) ?? []).map(Number);
    const ink = luminance(r, g, b);
    const grounds = new Set<number>();
    for (const { left, top, right, bottom } of boxes) {
      for (let y = Math.ceil(top); y < bottom; y++) {
        for (let x = Math.ceil(left); x < right; x++) grounds.add(pixels[y * image.width + x] ?? 0);
      }
    }
    const ratios = [...grounds].map((pixel) => {
      const ground = luminance(pixel & 255, (pixel >> 8) & 255, (pixel >> 16) & 255);
      return (Math.max(ink, ground) + 0.05) / (Math.min(ink, ground) + 0.05);
    });
    return { text, contrast: Math.min(...ratios) };
  });
}
