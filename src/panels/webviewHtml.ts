import { randomBytes } from "node:crypto";
import { Uri, type Webview } from "vscode";

/**
 * The page of a webview: its own script and style sheets, nothing else. Scripts run by nonce; no inline style, no remote origin, so that
 * nothing a message holds could ever run or load.
 */
export function webviewHtml(webview: Webview, extension: Uri, name: string, title: string): string {
  const nonce = randomBytes(16).toString("base64");
  const file = (path: string) => webview.asWebviewUri(Uri.joinPath(extension, "dist", "webview", path)).toString();
  const csp = [
    "default-src 'none'",
    `script-src 'nonce-${nonce}'`,
    // the nonce is for a probe that a control library makes of the browser; see the meta element
    `style-src ${webview.cspSource} 'nonce-${nonce}'`,
    `font-src ${webview.cspSource}`,
  ].join("; ");
  return `<!doctype html>
<html lang="en">
  <head>
    <meta charset="utf-8" />
    <meta http-equiv="Content-Security-Policy" content="${csp}" />
    <meta property="csp-nonce" content="${nonce}" />
    <meta name="viewport" content="width=device-width, initial-scale=1" />
    <title>${escapeHtml(title)}</title>
    <link rel="stylesheet" href="${file("codicon.css")}" />
    <link rel="stylesheet" href="${file(`${name}.css`)}" />
  </head>
  <body>
    <div id="root"></div>
    <script nonce="${nonce}" src="${file(`${name}.js`)}"></script>
  </body>
</html>`;
}

/** Names of topics and connections are not ours: as text only. */
const escapeHtml = (text: string): string => text.replace(/[&<>"']/g, (c) => `&#${c.charCodeAt(0)};`);

/** What a webview may load. */
export const webviewRoots = (extension: Uri): Uri[] => [Uri.joinPath(extension, "dist", "webview")];
