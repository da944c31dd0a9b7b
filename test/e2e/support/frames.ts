import type { Frame, Page } from "playwright-core";

/** How a grid was drawn while it was scrolled. */
export interface Drawn {
  /** between two frames, ms, in order of size */
  frames: number[];
  /** what the page's thread worked for one frame, ms of processor time: a machine that is busy makes frames late, but hardly this larger */
  work: number;
  /** elements of rows that were there at once at most */
  rows: number;
  /** as many as may be there: the visible ones, those of which a part is seen, and the few beyond */
  room: number;
  /** row index (from 1) of the first row at the end */
  at: number;
}

/** rows that are drawn beyond each edge (webview/ui/virtualGrid.ts) */
const OVERSCAN = 4;

/**
 * Scrolls the grid of a Messages panel as the wheel and the scroll bar do: rows in each frame, and in every tenth one a jump, which ends in the middle.
 * Gives each frame's time.
 */
export async function scrollThrough(page: Page, frame: Frame, frames: number): Promise<Drawn> {
  const session = await page.context().newCDPSession(page);
  await session.send("Performance.enable", { timeDomain: "threadTicks" });
  const worked = async (): Promise<number> => {
    const { metrics } = await session.send("Performance.getMetrics");
    return metrics.find(({ name }) => name === "TaskDuration")!.value * 1000;
  };
  const before = await worked();
  const drawn = (await frame.evaluate(`(async () => {
    const grid = document.querySelector(".grid-scroll");
    const next = () => new Promise(requestAnimationFrame);
    const drawn = () => document.querySelectorAll("[role=row][data-seq]").length;
    const middle = () => (grid.scrollHeight - grid.clientHeight) / 2;
    const times = [];
    let rows = 0;
    let last = await next();
    for (let i = 0; i < ${frames}; i++) {
      if (i % 10 === 9) {
        grid.scrollTop = middle() * (i === ${frames} - 1 ? 1 : (i % 97) / 48);
        // at once: the browser's own comes with the next frame, and a hand on the bar would hold it there until then
        grid.dispatchEvent(new Event("scroll"));
      } else grid.dispatchEvent(new WheelEvent("wheel", { deltaY: 120, bubbles: true, cancelable: true }));
      const now = await next();
      times.push(now - last);
      last = now;
      rows = Math.max(rows, drawn());
    }
    await next();
    const row = document.querySelector("[role=row][data-seq]");
    const height = row.getBoundingClientRect().height;
    const view = grid.clientHeight - document.querySelector(".grid-header").offsetHeight;
    return {
      frames: times.sort((a, b) => a - b),
      rows: Math.max(rows, drawn()),
      room: Math.ceil(view / height) + 1 + 2 * ${OVERSCAN},
      at: Number(row.getAttribute("aria-rowindex")),
    };
  })()`)) as Omit<Drawn, "work">;
  const work = ((await worked()) - before) / frames;
  await session.detach();
  return { ...drawn, work };
}

/** The frame time that this share of the frames keeps, ms. */
export const percentile = ({ frames }: Drawn, share: number): number =>
  frames[Math.min(frames.length - 1, Math.floor(frames.length * share))]!;

/** "120 frames: median 16.7 ms, 95 % 17.1 ms, longest 34 ms, 6.1 ms of work each; 38 of at most 39 rows drawn" */
export const told = (drawn: Drawn): string =>
  `${drawn.frames.length} frames: median ${percentile(drawn, 0.5).toFixed(1)} ms, 95 % ${percentile(drawn, 0.95).toFixed(1)} ms, ` +
  `longest ${percentile(drawn, 1).toFixed(1)} ms, ${drawn.work.toFixed(1)} ms of work each; ${drawn.rows} of at most ${drawn.room} rows drawn`;
