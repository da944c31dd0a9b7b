import { TreeItem, TreeItemCollapsibleState } from "vscode";
import { commands, nodeKinds } from "../ids.ts";
import { messageOf, UserError } from "../shared/userError.ts";
import { icons } from "./icons.ts";
import { type NodeHost, TreeNode } from "./node.ts";
import { tooltip } from "./tooltip.ts";

/** What went wrong, in the place of the children that it kept from showing. Enter or a click tries again. */
export class ProblemNode extends TreeNode {
  readonly id: string;
  readonly kind = nodeKinds.problem;
  readonly copyText: string;
  readonly error: unknown;
  override readonly connectionId: string | null;

  constructor(host: NodeHost, parent: TreeNode, error: unknown) {
    super(host, parent);
    this.id = `${parent.id}/problem`;
    this.connectionId = parent.connectionId;
    this.error = error;
    this.copyText = messageOf(error);
  }

  item(): TreeItem {
    const item = new TreeItem(withoutPlace(this.copyText), TreeItemCollapsibleState.None);
    item.iconPath = icons.problem;
    const detail = this.error instanceof UserError ? this.error.detail : undefined;
    item.tooltip = tooltip(this.copyText, [detail ? ["", detail] : null, ["", "Click to try again."]]);
    item.command = { command: commands.retry, title: "Retry", arguments: [this] };
    item.accessibilityInformation = { label: `Problem: ${this.copyText} Press Enter to try again.` };
    return item;
  }
}

/** A narrow view cuts the line: it begins with what its place does not tell. */
function withoutPlace(problem: string): string {
  return problem.replace(/^The schema registry could not be asked: /, "").replace(/^the (?=\w)/, "The ");
}
