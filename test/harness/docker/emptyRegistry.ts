import { createServer } from "node:http";
import type { AddressInfo } from "node:net";

/**
 * An image registry on 127.0.0.1 that has nothing. It answers as public ones do: 404 for a tag that does not exist (repositories with
 * "missing" in their names), 401 for any other repository. The engine may use it without TLS, as every registry on 127.0.0.1.
 * Source: the distribution specification's error codes.
 */
export async function emptyRegistry(): Promise<{ host: string; close(): Promise<void> }> {
  const server = createServer((request, response) => {
    const error = request.url?.includes("missing")
      ? { status: 404, code: "MANIFEST_UNKNOWN", message: "manifest unknown" }
      : { status: 401, code: "DENIED", message: "requested access to the resource is denied" };
    const asked = request.url !== "/v2/";
    // with a detail, as real ones send it: Docker words an error without one differently
    const body = asked ? { errors: [{ code: error.code, message: error.message, detail: "nothing here" }] } : {};
    response.writeHead(asked ? error.status : 200, {
      "Content-Type": "application/json",
      "Docker-Distribution-Api-Version": "registry/2.0",
    });
    response.end(request.method === "HEAD" ? undefined : JSON.stringify(body));
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  return {
    host: `127.0.0.1:${port}`,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}
