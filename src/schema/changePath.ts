/** A step of the path of a change: into a field, into elements or values, or into one branch of a union. */
export type ChangeStep = { into: "field" | "branch"; name: string } | { into: "elements" | "values" };

const STEP = /\.([^.[\]{}<>]+)|\[(\d*)\]|\[('(?:[^'\\]|\\.)*'|"(?:[^"\\]|\\.)*")\]|(\{\})|<([^<>]*)>/y;

/** The steps of a path as schemas are compared: "$.items[].qty", "$.tags{}", "$.payment<shop.Card>.number"; as far as it is one. */
export function changeSteps(path: string): ChangeStep[] {
  const steps: ChangeStep[] = [];
  STEP.lastIndex = path.startsWith("$") ? 1 : 0;
  for (let found = STEP.exec(path); found; found = STEP.exec(path)) {
    const [, name, , quoted, values, branch] = found;
    if (name !== undefined) steps.push({ into: "field", name });
    else if (quoted !== undefined) steps.push({ into: "field", name: unquoted(quoted) });
    else if (branch !== undefined) steps.push({ into: "branch", name: branch });
    else steps.push({ into: values === undefined ? "elements" : "values" });
  }
  return steps;
}

const unquoted = (quoted: string): string => quoted.slice(1, -1).replaceAll(/\\(.)/g, "$1");

/** Characters [start, end) of a text. */
export interface TextSpan {
  start: number;
  end: number;
}
