import { html, nothing, type TemplateResult } from "lit";
import { differencesText, type SchemaCount, type SchemaDifference, type SeenAt } from "../../src/shared/schemaUse.ts";
import { button, progressRing } from "../ui/controls.ts";
import { count, int, timeText } from "../ui/format.ts";
import { icon } from "../ui/icon.ts";
import { closePopup, popup } from "../ui/popup.ts";
import type { Panel } from "./panel.ts";
import { type Change, named, type SubjectUse } from "./schemas.ts";

/** differences between two versions that are listed */
const mostListed = 12;
/** schemas that the registry does not know: a few say enough */
const mostUnknown = 10;

const types: Record<string, string> = { AVRO: "Avro", PROTOBUF: "Protobuf", JSON: "JSON Schema" };

/** Which versions of which schemas the kept messages were written with, how many of each, and what changed from one to the next. */
export function schemasPopup(panel: Panel): TemplateResult {
  const { schemas } = panel;
  return popup({
    id: "schemas",
    label: "Schemas",
    value: "",
    icon: "symbol-structure",
    title: "Schema versions that the messages here were written with",
    dialog: "Schemas",
    onOpen: () => void schemas.count(),
    onClose: () => schemas.stop(),
    content: html`<div class="schemas" aria-busy=${schemas.counting}>
      <div class="schemas-head">
        <h2 class="popup-title">${
          schemas.use ? `Schemas of ${count(schemas.use.messages, "kept message")}` : "Schemas of the kept messages"
        }</h2>
        ${schemas.counting ? progressRing("Counting") : nothing}
        <span class="spring"></span>
        ${button({ label: "Count again", icon: "refresh", iconOnly: true, onClick: () => void schemas.count(true) })}
      </div>
      ${
        schemas.problem
          ? html`<div class="problem-box" role="alert">${icon("error")}<span>${schemas.problem}</span></div>`
          : nothing
      }
      ${schemas.subjects.map((one) => subject(panel, one))} ${remarks(panel)}
    </div>`,
  });
}

function subject(panel: Panel, use: SubjectUse): TemplateResult {
  const { topic, part, versions } = use;
  const several = panel.init.topic === null;
  const type = versions[0]?.schema.type;
  const about = [several ? topic : null, `${part}s`, type ? (types[type] ?? type) : null].filter(Boolean).join(" · ");
  const name = use.subject ?? "Not known to the registry";
  const shown = use.subject === null ? versions.slice(0, mostUnknown) : versions;
  return html`<section class="schema-subject" aria-label=${`${name}, ${about}`}>
    <h3>${name} <span class="dim">${about}</span></h3>
    <table>
      <thead>
        <tr>
          <th scope="col">Version</th>
          <th scope="col" class="end">Id</th>
          <th scope="col" class="end">Messages</th>
          <th scope="col" class="end">Share</th>
          <th scope="col">First</th>
          <th scope="col">Last</th>
          <td></td>
        </tr>
      </thead>
      <tbody>
        ${shown.map((one) => version(panel, use, one))}
      </tbody>
    </table>
    ${
      use.subject === null
        ? html`${versions.length > shown.length ? html`<p class="dim">… and ${count(versions.length - shown.length, "other")}.</p>` : nothing}
          <p class="dim">${versions.find(({ problem }) => problem)?.problem ?? nothing}</p>`
        : versions.slice(1).map((newer, i) => {
            const older = versions[i]!;
            return change(older, newer, panel.schemas.changeOf(older, newer));
          })
    }
  </section>`;
}

function version(panel: Panel, use: SubjectUse, one: SchemaCount): TemplateResult {
  const { schema } = one;
  const label = schema.version === null ? `id ${schema.id}` : `version ${schema.version}`;
  const only = panel.schemas.isOnly(one);
  return html`<tr>
    <th scope="row">${schema.version ?? "—"}</th>
    <td class="end schema-id" title=${schema.id}>${schema.id}</td>
    <td class="end">${int(one.count)}</td>
    <td class="end">${share(one.count, use.payloads)}</td>
    <td>${seen(panel, one.first, `First message with ${label}`)}</td>
    <td>${seen(panel, one.last, `Last message with ${label}`)}</td>
    <td class="schema-actions">
      ${button({
        label: `Show only messages with ${label}`,
        icon: only ? "filter-filled" : "filter",
        iconOnly: true,
        pressed: only,
        title: only ? "Show messages with any schema again" : "Show only these",
        onClick: () => panel.filtering.showSchema(only ? null : named(one)),
      })}
      ${
        one.problem
          ? nothing
          : button({
              label: `Open ${use.subject ?? "schema"} ${label}`,
              icon: "go-to-file",
              iconOnly: true,
              title: "Open the schema",
              onClick: () => void panel.attempt(() => panel.rpc.call("openSchema", [named(one)])),
            })
      }
    </td>
  </tr>`;
}

/** When, and a way to the message. */
function seen(panel: Panel, { seq, partition, offset, timestamp }: SeenAt, label: string): TemplateResult {
  const time = timestamp === "-1" ? `${partition}@${offset}` : timeText(timestamp, panel.layout.time, new Date());
  return html`<button
    type="button"
    class="link-button"
    aria-label=${`${label}: ${time}`}
    title=${`Partition ${partition}, offset ${int(offset)}: show the message`}
    @click=${(e: Event) => {
      closePopup(e.currentTarget);
      void panel.attempt(async () => {
        if ((await panel.rpc.call("locate", [seq])) !== null) await panel.selection.jump(seq);
        else panel.say("This message is not shown: the filter hides it, or newer ones took its place.");
      });
    }}
  >
    ${time}
  </button>`;
}

/** Nobody takes a few for none, nor nearly all for all. */
function share(part: number, whole: number): string {
  if (whole === 0) return "—";
  const percent = (100 * part) / whole;
  if (percent > 0 && percent < 0.1) return "< 0.1 %";
  if (percent < 100 && percent > 99.9) return "> 99.9 %";
  return `${percent.toFixed(percent === 100 ? 0 : 1)} %`;
}

function change(older: SchemaCount, newer: SchemaCount, known: Change | undefined): TemplateResult {
  const title = `Version ${older.schema.version} → ${newer.schema.version}`;
  if (known === undefined) return html``;
  if (known === "loading") return html`<p class="schema-change dim">${title}: comparing …</p>`;
  if (typeof known === "string") return html`<p class="schema-change dim">${title}: ${known}</p>`;
  const told = known.changes.filter(({ severity }) => severity !== "harmless");
  const more = known.changes.length - Math.min(told.length, mostListed);
  return html`<div class="schema-change">
    <h4>${title} <span class=${known.backward && known.forward ? "dim" : "schema-breaks"}>${differencesText(known)}</span></h4>
    <ul>
      ${told.slice(0, mostListed).map(difference)}
      ${more > 0 ? html`<li class="dim">${told.length === 0 ? count(more, "change") : `${count(more, "other change")}`} that ${told.length > mostListed ? "are not listed" : "readers do not notice"}.</li>` : nothing}
    </ul>
  </div>`;
}

const marks: Record<SchemaDifference["severity"], { icon: string; label: string }> = {
  breaking: { icon: "error", label: "Breaks readers" },
  misread: { icon: "warning", label: "Misread" },
  compatible: { icon: "circle-small", label: "" },
  harmless: { icon: "circle-small", label: "" },
};

function difference({ path, message, effect, severity }: SchemaDifference): TemplateResult {
  const mark = marks[severity];
  return html`<li class=${severity}>
    ${icon(mark.icon)}<span
      >${mark.label ? html`<span class="sr-only">${mark.label}: </span>` : nothing}<code>${path}</code> ${message}
      ${effect === "" ? nothing : html`<span class="dim">${effect}</span>`}</span
    >
  </li>`;
}

/** What the tables do not say: payloads without a schema. */
function remarks(panel: Panel): TemplateResult {
  const { use, subjects } = panel.schemas;
  if (!use) return html``;
  const several = panel.init.topic === null;
  const sentences = use.totals.flatMap(({ topic, part, payloads, unnamed, others }) => {
    const of = several ? ` of ${topic}` : "";
    return [
      ...(unnamed > 0 && payloads > unnamed
        ? [`${count(unnamed, part)}${of} of ${int(payloads)} name no schema.`]
        : []),
      ...(others > 0
        ? [`${count(others, part)}${of} begin like a schema id, but hardly are: there are too many different ones.`]
        : []),
    ];
  });
  if (subjects.length === 0)
    sentences.unshift(use.messages === 0 ? "There are no messages yet." : "No key and no value names a schema.");
  return html`${sentences.map((sentence) => html`<p class="dim">${sentence}</p>`)}`;
}
