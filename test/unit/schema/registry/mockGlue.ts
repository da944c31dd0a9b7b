import { randomUUID } from "node:crypto";
import type { RequestListener } from "node:http";
import { signV4 } from "../../../../src/schema/registry/sigv4.ts";
import { bodyOf } from "./support.ts";

interface Version {
  SchemaVersionId: string;
  SchemaDefinition: string;
  VersionNumber: number;
  /** looks at it that it stays pending for */
  pending: number;
  fails: boolean;
}

/**
 * A mock of AWS Glue's schema registry: AWS itself cannot be had in tests. It follows the Web API reference for what the client uses, checks
 * every signature, and has pages of two entries.
 */
export class MockGlue {
  readonly schemas = new Map<string, { DataFormat: string; Compatibility: string; versions: Version[] }>();
  /** how many looks a new version is pending for, and whether it fails then */
  next = { pending: 0, fails: false };
  readonly actions: string[] = [];
  readonly #access: { accessKeyId: string; secretAccessKey: string; sessionToken: string | null; region: string };

  constructor(access: { accessKeyId: string; secretAccessKey: string; sessionToken: string | null; region: string }) {
    this.#access = access;
  }

  readonly handler: RequestListener = async (request, response) => {
    const body = await bodyOf(request);
    const answer = (status: number, value: unknown) =>
      response.writeHead(status, { "content-type": "application/x-amz-json-1.1" }).end(JSON.stringify(value));
    const date = String(request.headers["x-amz-date"]);
    const iso = date.replace(/^(....)(..)(..T..)(..)(..Z)$/, "$1-$2-$3:$4:$5");
    const headers = Object.fromEntries(
      ["content-type", "x-amz-target"].map((name) => [name, String(request.headers[name])]),
    );
    const url = new URL(request.url!, `http://${request.headers.host}`);
    const signing = { region: this.#access.region, service: "glue", now: new Date(iso) };
    const expected = signV4({ method: "POST", url, headers, body }, this.#access, signing)["authorization"];
    if (request.headers.authorization !== expected || request.method !== "POST") {
      answer(400, { __type: "InvalidSignatureException", message: "The request signature does not match" });
      return;
    }
    const action = headers["x-amz-target"]!.replace("AWSGlue.", "");
    this.actions.push(action);
    try {
      answer(200, this.#run(action, JSON.parse(body)));
    } catch (error) {
      answer(400, { __type: String(error instanceof Error ? error.message : error), Message: "as the mock says" });
    }
  };

  // biome-ignore lint/suspicious/noExplicitAny: the requests of ten actions
  #run(action: string, fields: any): unknown {
    const name = fields.SchemaId?.SchemaName ?? fields.SchemaName;
    const registry = (fields.SchemaId ?? fields.RegistryId)?.RegistryName;
    if (registry !== undefined && registry !== "default-registry") throw new Error("EntityNotFoundException");
    const schema = this.schemas.get(name);
    const found = () => {
      if (!schema) throw new Error("com.amazonaws.glue#EntityNotFoundException");
      return schema;
    };
    switch (action) {
      case "ListSchemas":
        return page(
          [...this.schemas.keys()].map((SchemaName) => ({ SchemaName })),
          fields.NextToken,
        );
      case "ListSchemaVersions":
        return page(
          found()
            .versions.map(({ VersionNumber }) => ({ VersionNumber }))
            .reverse(),
          fields.NextToken,
        );
      case "GetSchema":
        return { SchemaName: name, Compatibility: found().Compatibility };
      case "UpdateSchema":
        found().Compatibility = fields.Compatibility;
        return { SchemaName: name };
      case "CreateSchema": {
        if (schema) throw new Error("AlreadyExistsException");
        const { DataFormat, Compatibility } = fields;
        this.schemas.set(name, { DataFormat, Compatibility, versions: [] });
        return this.#add(name, fields.SchemaDefinition);
      }
      case "RegisterSchemaVersion":
        found();
        return this.#add(name, fields.SchemaDefinition);
      case "GetSchemaVersion":
        return this.#version(fields);
      case "DeleteSchemaVersions": {
        const at = found().versions.findIndex(({ VersionNumber }) => VersionNumber === Number(fields.Versions));
        if (at < 0) throw new Error("EntityNotFoundException");
        if (at === 0) {
          const ErrorDetails = { ErrorCode: "InvalidInputException", ErrorMessage: "the first version stays" };
          return { SchemaVersionErrors: [{ VersionNumber: 1, ErrorDetails }] };
        }
        found().versions.splice(at, 1);
        return { SchemaVersionErrors: [] };
      }
      case "DeleteSchema":
        found();
        this.schemas.delete(name);
        return { SchemaName: name, Status: "DELETING" };
      default:
        throw new Error("UnknownOperationException");
    }
  }

  #add(name: string, SchemaDefinition: string): unknown {
    const { versions } = this.schemas.get(name)!;
    const same = versions.find((version) => version.SchemaDefinition === SchemaDefinition);
    const version = same ?? {
      SchemaVersionId: randomUUID(),
      SchemaDefinition,
      VersionNumber: versions.length + 1,
      ...this.next,
    };
    if (!same) versions.push(version);
    return { SchemaVersionId: version.SchemaVersionId, VersionNumber: version.VersionNumber, Status: "PENDING" };
  }

  // biome-ignore lint/suspicious/noExplicitAny: as above
  #version(fields: any): unknown {
    for (const [name, { versions, DataFormat }] of this.schemas) {
      if (fields.SchemaId && fields.SchemaId.SchemaName !== name) continue;
      const { LatestVersion: latest, VersionNumber: number } = fields.SchemaVersionNumber ?? {};
      const version = fields.SchemaVersionId
        ? versions.find(({ SchemaVersionId: id }) => id === fields.SchemaVersionId)
        : latest
          ? versions.at(-1)
          : versions.find(({ VersionNumber }) => VersionNumber === number);
      if (!version) continue;
      const { pending, fails, ...shown } = version;
      if (pending > 0) version.pending--;
      const Status = pending > 0 ? "PENDING" : fails ? "FAILURE" : "AVAILABLE";
      const SchemaArn = `arn:aws:glue:eu-west-1:1:schema/default-registry/${name}`;
      return { ...shown, DataFormat, Status, SchemaArn };
    }
    throw new Error("EntityNotFoundException");
  }
}

const PAGE = 2;

function page(all: object[], token: string | undefined): unknown {
  const from = Number(token ?? 0);
  const more = from + PAGE < all.length ? { NextToken: String(from + PAGE) } : {};
  return { Schemas: all.slice(from, from + PAGE), ...more };
}
