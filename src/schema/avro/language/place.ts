import { type EditMember, type EditNode, type EditObject, textOf } from "./tree.ts";

/** What a node is in a schema. "kind": the "type" of an object, "type": any other place for a type. */
type Role = "type" | "kind" | "fields" | "field" | "symbols" | "aliases" | "default" | "attribute";

/** Where a position is: at a value, at a member's name, or in an object between its members. */
export interface SchemaPlace {
  at: "value" | "name" | "gap";
  role: Role;
  /** the value there; null: none yet */
  node: EditNode | null;
  /** the innermost object around it */
  object: EditObject | null;
  /** its role */
  objectRole: Role;
  /** the member of `object` that the position belongs to */
  member: EditMember | null;
  /** of the declarations around it; "" for none */
  namespace: string;
}

export function placeAt(root: EditNode | null, offset: number): SchemaPlace {
  let place: SchemaPlace = {
    at: "value",
    role: "type",
    node: null,
    object: null,
    objectRole: "type",
    member: null,
    namespace: "",
  };
  let node = root;
  while (node && holds(node, offset)) {
    place = { ...place, node };
    if (node.kind === "array") {
      const item: EditNode | undefined = node.items.find((each) => holds(each, offset));
      place = { ...place, role: itemRole(place.role), node: null };
      node = item ?? null;
    } else if (node.kind === "object") {
      const object: EditObject = node;
      const member: EditMember | null =
        object.members.find((each, i) => belongs(each, object.members[i + 1], object, offset)) ?? null;
      const around = { object, objectRole: place.role, namespace: namespaceIn(object, place) };
      if (!member) return { ...place, ...around, at: "gap", role: "attribute", node: null, member: null };
      if (offset <= member.end && (member.colon < 0 || offset < member.colon + 1))
        return { ...place, ...around, at: "name", role: "attribute", node: null, member };
      place = { ...place, ...around, role: memberRole(place.role, member.name), node: null, member };
      node = member.value;
    } else return place;
  }
  return place;
}

/** Inside: also before a string's first quote, and at the end of what is not closed. */
function holds(node: EditNode, offset: number): boolean {
  if (node.kind === "word") return offset >= node.start && offset <= node.end;
  if (offset < node.start || (offset === node.start && node.kind !== "string")) return false;
  return offset < node.end || (offset === node.end && !node.isClosed);
}

/** Whether the position is at a member's name, or after its colon and not after its value. */
function belongs(member: EditMember, next: EditMember | undefined, object: EditObject, offset: number): boolean {
  if (offset < member.start) return false;
  if (offset < member.end || (!member.isClosed && offset === member.end)) return true;
  if (member.colon < 0 || offset <= member.colon) return false;
  if (member.value) return offset <= member.value.start || holds(member.value, offset);
  return offset < (next?.start ?? object.end);
}

function itemRole(role: Role): Role {
  if (role === "fields") return "field";
  if (role === "type" || role === "kind") return "type";
  return role;
}

function memberRole(role: Role, name: string): Role {
  if (role === "field")
    return name === "type" ? "type" : name === "default" ? "default" : name === "aliases" ? "aliases" : "attribute";
  if (role !== "type" && role !== "kind") return role === "default" ? "default" : "attribute";
  switch (name) {
    case "type":
      return "kind";
    case "items":
    case "values":
      return "type";
    case "fields":
    case "symbols":
    case "aliases":
    case "default":
      return name;
    default:
      return "attribute";
  }
}

/** The namespace that an object's declaration sets for what is in it. */
function namespaceIn(object: EditObject, { role, namespace }: SchemaPlace): string {
  if (role === "field" || role === "default") return namespace;
  const name = textOf(object, "name");
  if (name === undefined) return namespace;
  const dot = name.lastIndexOf(".");
  return dot >= 0 ? name.slice(0, dot) : (textOf(object, "namespace") ?? namespace);
}
