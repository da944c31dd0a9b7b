import type { Ctx } from "../context.ts";
import { TreeNode } from "../explorer/node.ts";

/** Reads one node of the tree anew, or all of it. */
export function refresh(ctx: Ctx, target?: unknown): void {
  if (target instanceof TreeNode) ctx.explorer.refreshNode(target);
  else ctx.explorer.refresh();
}
