import { html, nothing, type TemplateResult } from "lit";
import { button } from "../ui/controls.ts";
import { columnsPopup } from "./columnsPopup.ts";
import { exportPopup } from "./exportPopup.ts";
import { fromChooser } from "./fromChooser.ts";
import { goToPopup } from "./goToPopup.ts";
import { isolationChooser } from "./isolationChooser.ts";
import type { Panel } from "./panel.ts";
import { partitionsChooser } from "./partitionsChooser.ts";
import { schemasPopup } from "./schemasPopup.ts";
import { toChooser } from "./toChooser.ts";
import { topicsChooser } from "./topicsChooser.ts";

/** One line that reads as a sentence: what is read, from where to where, of which partitions. */
export function toolbar(panel: Panel): TemplateResult {
  const { reading, selection, producing } = panel;
  return html`<div class="toolbar" role="toolbar" aria-label="Reading">
    ${topicsChooser(panel)} ${primary(panel)} ${fromChooser(panel)} ${toChooser(panel)} ${partitionsChooser(panel)} ${isolationChooser(panel)}
    ${button({
      label: "Restart",
      icon: "debug-restart",
      iconOnly: true,
      title: "Restart: read the same again",
      onClick: () => reading.restart(),
    })}
    ${button({
      label: "Clear",
      icon: "clear-all",
      iconOnly: true,
      title: "Clear: drop the messages shown here (nothing changes on the cluster)",
      onClick: () => reading.clear(),
    })}
    <div class="toolbar-tools" role="presentation">
    ${goToPopup(panel)} ${columnsPopup(panel)} ${panel.init.hasRegistry ? schemasPopup(panel) : nothing} ${exportPopup(panel)}
    ${button({
      label: "Copy link",
      icon: "link",
      iconOnly: true,
      title: "Copy a link that opens this view",
      onClick: () => void panel.attempt(() => panel.rpc.call("copyLink", [])),
    })}
    ${button({
      label: "Time line",
      icon: "graph",
      iconOnly: true,
      pressed: panel.layout.timeline,
      title: panel.layout.timeline ? "Hide the time line" : "Show the time line",
      onClick: () => {
        panel.layout = { ...panel.layout, timeline: !panel.layout.timeline };
        panel.save();
        panel.changed();
      },
    })}
    ${button({
      label: "Message pane",
      icon: "layout-sidebar-right",
      iconOnly: true,
      pressed: panel.detailShown,
      title: panel.detailShown ? "Hide the message pane" : "Show the message pane",
      onClick: () => {
        if (panel.detailShown) selection.close();
        else {
          if (selection.open) producing.hide();
          selection.show();
        }
      },
    })}
    ${
      panel.init.topic === null
        ? nothing
        : button({
            label: "Produce",
            icon: "send",
            pressed: producing.open,
            title: `Produce a message to ${panel.init.topic}`,
            onClick: () => (producing.open ? producing.hide() : producing.show()),
          })
    }
    </div>
  </div>`;
}

/** The one thing to do next with the reading: pause it, resume it, follow again, or try again. */
function primary(panel: Panel): TemplateResult {
  const { reading } = panel;
  const state = reading.status?.state ?? "connecting";
  if (reading.busy)
    return button({
      label: "Pause",
      icon: "debug-pause",
      look: "primary",
      class: "primary-action",
      title: "Pause reading; what is shown stays",
      onClick: () => reading.pause(),
    });
  if (state === "paused")
    return button({
      label: "Resume",
      icon: "play",
      look: "primary",
      class: "primary-action",
      title: "Read on from where it was paused",
      onClick: () => reading.resume(),
    });
  if (state === "failed")
    return button({
      label: "Retry",
      icon: "refresh",
      look: "primary",
      class: "primary-action",
      title: "Connect and read again",
      onClick: () => reading.restart(),
    });
  return button({
    label: "Live",
    icon: "play",
    look: "primary",
    class: "primary-action",
    title: "Read again and go on with new messages",
    onClick: () => reading.start({ to: { kind: "live" } }),
  });
}
