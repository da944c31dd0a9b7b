let canvas: CanvasRenderingContext2D | null = null;

/** Width of a text in a font (as CSS names it), pixels; `otherwise` where there is no canvas to measure on. */
export function widthOf(character: string, font: string, otherwise: number): number {
  canvas ??= document.createElement("canvas").getContext("2d");
  if (!canvas) return otherwise;
  canvas.font = font;
  return canvas.measureText(character).width;
}
