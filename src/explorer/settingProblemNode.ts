import { TreeItem, TreeItemCollapsibleState } from "vscode";
import { nodeKinds } from "../ids.ts";
import { icons } from "./icons.ts";
import { type NodeHost, TreeNode } from "./node.ts";
import { tooltip } from "./tooltip.ts";

/** An entry of the setting that cannot be a connection. A click opens the setting. */
export class SettingProblemNode extends TreeNode {
  readonly id: string;
  readonly kind = nodeKinds.info;
  readonly copyText: string;

  constructor(host: NodeHost, problem: string) {
    super(host, null);
    this.copyText = problem;
    this.id = `setting-problem:${problem}`;
  }

  item(): TreeItem {
    const item = new TreeItem(this.copyText, TreeItemCollapsibleState.None);
    item.iconPath = icons.problem;
    item.tooltip = tooltip(this.copyText, [["", "Click to open the setting."]]);
    item.command = {
      command: "workbench.action.openSettings",
      title: "Open Setting",
      arguments: ["@id:kafkaWorkbench.connections"],
    };
    return item;
  }
}
