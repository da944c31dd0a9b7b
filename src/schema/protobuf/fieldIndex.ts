import protobuf from "protobufjs";

interface Indexed {
  fieldsById: Record<number, protobuf.ReflectionObject>;
  fields: Record<string, protobuf.ReflectionObject>;
  _fieldsById: Record<number, protobuf.ReflectionObject> | null;
}

let done = false;

/**
 * protobufjs makes a type's index of fields by number anew for each field that is added, which takes the square of their number: a minute for
 * 15,000 of them, which is a schema of half a megabyte. This keeps the index, with the new field in it. To be called once, before anything is parsed.
 */
export function keepFieldIndex(): void {
  if (done) return;
  done = true;
  const { prototype } = protobuf.Type;
  const { add } = prototype;
  prototype.add = function (this: protobuf.Type & Indexed, object) {
    const known = this.fieldsById;
    const result = add.call(this, object);
    if (object instanceof protobuf.Field && this.fields[object.name] === object && this._fieldsById === null) {
      known[object.id] = object;
      this._fieldsById = known;
    }
    return result;
  };
}
