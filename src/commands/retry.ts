import type { Ctx } from "../context.ts";
import type { TreeNode } from "../explorer/node.ts";
import { ProblemNode } from "../explorer/problemNode.ts";
import { nodeKinds } from "../ids.ts";

/** Reads again what failed, over a new connection. */
export function retry(ctx: Ctx, target?: unknown): void {
  if (!(target instanceof ProblemNode) || !target.parent) {
    ctx.explorer.refresh();
    return;
  }
  // what failed may be the connection itself, in a way that only a new one mends
  if (target.connectionId && !isOfRegistry(target.parent)) ctx.clusters.reset(target.connectionId);
  ctx.explorer.refreshNode(target.parent);
}

const isOfRegistry = ({ kind }: TreeNode): boolean =>
  kind === nodeKinds.schemas || kind === nodeKinds.subject || kind === nodeKinds.deletedSubject;
