import { editCompose, isYaml, readCompose } from "./composeEdit.ts";
import { composeText, isUnedited, type LocalSettings, settingsInHeader, withSettingsInHeader } from "./composeFile.ts";

/** What is to become of the Compose file before a start. */
export interface FilePlan {
  text: string;
  /** differs from what is there */
  changed: boolean;
  /** where Kafka will answer; null when an edited file says it in a way that is not understood */
  port: number | null;
  /** sentences for the user: what was changed in the file and why, or why not */
  notes: string[];
}

/**
 * Brings the file and the settings together. Null: the file has nothing to do with the local Kafka, and must not be touched. A file that nobody edited is written anew. In an edited one only those settings are
 * brought in that changed since it was written, and only where the file still says what the settings said then.
 * A port that was chosen before because the wanted one was taken is kept: programs may have been told.
 */
export function planFile(existing: string | null, settings: LocalSettings): FilePlan | null {
  if (existing === null) return { text: composeText(settings), changed: true, port: settings.port, notes: [] };
  const before = settingsInHeader(existing);
  const current = readCompose(existing);
  if (before && isUnedited(existing)) {
    const port = before.port === settings.port ? (current.port ?? settings.port) : settings.port;
    const text = composeText({ ...settings, port }, settings);
    const notes = images
      .filter(({ key }) => current[key] !== settings[key])
      .map(({ key, name }) => `${name} now runs from the image ${settings[key]}, as the settings say.`);
    return { text, changed: text !== unixLines(existing), port, notes };
  }
  if (before) return planEdited(existing, before, settings);
  // somebody else's file, perhaps of a whole application: used only when it has a broker where we look for one
  if (current.kafkaImage === null) return null;
  const note = "The Compose file was not written by Kafka Workbench; it is used as it is.";
  return { text: existing, changed: false, port: current.port, notes: [note] };
}

function planEdited(existing: string, before: LocalSettings, settings: LocalSettings): FilePlan {
  const current = readCompose(existing);
  const notes: string[] = [];
  // Compose will say where the fault is; nothing is changed in a file that is not understood
  if (!isYaml(existing)) return { text: existing, changed: false, port: current.port, notes };
  const changes: Partial<LocalSettings> = {};
  for (const { key, name } of images) {
    if (settings[key] === before[key] || settings[key] === current[key]) continue;
    if (current[key] === before[key]) {
      changes[key] = settings[key];
      notes.push(`${name}'s image in the Compose file was changed to ${settings[key]}, as the settings say.`);
    } else {
      const there = current[key] ?? "an image of its own";
      notes.push(
        `${name} runs from ${there}, as the edited Compose file says; the settings' ${settings[key]} is not used.`,
      );
    }
  }
  if (settings.port !== before.port && settings.port !== current.port) {
    if (current.port === null)
      notes.push(`The edited Compose file decides the port; the settings' ${settings.port} is not used.`);
    else {
      changes.port = settings.port;
      notes.push(`The port in the Compose file was changed to ${settings.port}, as the settings say.`);
    }
  }
  const text = withSettingsInHeader(editCompose(existing, changes), settings);
  return { text, changed: text !== existing, port: readCompose(text).port, notes };
}

/** The file's text with Kafka on another port, because the one it has is taken; null when its place is not found. */
export function movePort(text: string, port: number, settings: LocalSettings): string | null {
  if (isUnedited(text) && settingsInHeader(text)) return composeText({ ...settings, port }, settings);
  const moved = editCompose(text, { port });
  return readCompose(moved).port === port ? moved : null;
}

const images = [
  { key: "zookeeperImage", name: "ZooKeeper" },
  { key: "kafkaImage", name: "Kafka" },
] as const;

const unixLines = (text: string): string => text.replaceAll("\r\n", "\n");
