import { html, type TemplateResult } from "lit";
import type { CopyFormat, RecordDetail } from "../../src/shared/messages.ts";
import { button } from "../ui/controls.ts";
import { count, fullTime, int, size } from "../ui/format.ts";
import type { Panel } from "./panel.ts";

/** Everything that is known of the record beside its payloads. */
export function recordTab(panel: Panel, d: RecordDetail): TemplateResult {
  const time = fullTime(d.timestamp);
  const b = d.batch;
  const rows: [string, string | TemplateResult][] = [
    ["Topic", d.topic],
    ["Partition", String(d.partition)],
    ["Offset", int(d.offset)],
    [
      d.timestampType === "append" ? "Appended at" : "Created at",
      time
        ? html`${time.local}<br /><span class="dim">${time.utc}</span><br /><span class="dim">${d.timestamp} ms</span>`
        : "no timestamp",
    ],
    ["Key", d.key ? size(d.key.size) : "null"],
    ["Value", d.value ? size(d.value.size) : "null"],
    ["Headers", int(d.headers.length)],
    ["Batch", `${count(b.records, "record")} from offset ${int(b.baseOffset)}`],
    ["Compression", b.codec],
    ["Leader epoch", b.leaderEpoch < 0 ? "—" : String(b.leaderEpoch)],
    ["Transactional", b.transactional ? "yes" : "no"],
    [
      "Producer",
      b.producerId === "-1"
        ? "none (not idempotent)"
        : `id ${b.producerId}, epoch ${b.producerEpoch}, sequence ${b.sequence}`,
    ],
  ];
  const coordinates = `${d.topic}-${d.partition}@${d.offset}`;
  return html`<dl class="facts">${rows.map(([name, value]) => html`<dt>${name}</dt><dd>${value}</dd>`)}</dl>
    ${button({
      label: "Copy coordinates",
      icon: "copy",
      title: `Copy ${coordinates}`,
      onClick: () => void panel.attempt(() => panel.rpc.call("copyText", [coordinates])),
    })}
    <p id="copy-message" class="group-name">Copy the message</p>
    <div class="buttons" role="group" aria-labelledby="copy-message">
      ${COPIES.map(([label, format]) =>
        button({
          label,
          icon: "copy",
          title: `Copy the message as ${label}`,
          onClick: () => void panel.attempt(() => panel.rpc.call("copyRows", [[d.seq], format])),
        }),
      )}
    </div>`;
}

const COPIES: readonly [label: string, format: CopyFormat][] = [
  ["JSON", "json"],
  ["kcat command", "kcat"],
  ["kafka-console-producer command", "console-producer"],
];
