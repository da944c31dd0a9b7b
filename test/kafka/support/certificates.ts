import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { runCommand } from "../../harness/run.ts";

export interface Certificate {
  /** PEM */
  cert: string;
  key: string;
  /** path of one PEM file with key and certificate, as Kafka's PEM key stores are */
  store: string;
}

/** A certificate authority in a folder; certificates that it signs, made by openssl. */
export class Authority {
  readonly #folder: string;
  readonly #name: string;

  private constructor(folder: string, name: string) {
    this.#folder = folder;
    this.#name = name;
  }

  static async create(folder: string, name: string): Promise<Authority> {
    const authority = new Authority(folder, name);
    const subject = ["-x509", "-subj", `/CN=${name}`, "-days", "2"];
    await openssl([...newKey, ...subject, "-keyout", authority.#file("key"), "-out", authority.#file("pem")]);
    return authority;
  }

  get path(): string {
    return this.#file("pem");
  }

  get pem(): string {
    return readFileSync(this.path, "utf8");
  }

  /** `names` as in subjectAltName: "DNS:localhost,IP:127.0.0.1"; `days` of validity from now, negative for an expired one */
  async sign(id: string, names: string, days = 2): Promise<Certificate> {
    const at = (extension: string): string => join(this.#folder, `${id}.${extension}`);
    await openssl([...newKey, "-subj", `/CN=${id}`, "-keyout", at("key"), "-out", at("csr")]);
    writeFileSync(at("ext"), `subjectAltName=${names}\n`);
    const signing = ["-CA", this.#file("pem"), "-CAkey", this.#file("key"), "-CAcreateserial", "-days", String(days)];
    await openssl(["x509", "-req", "-in", at("csr"), "-extfile", at("ext"), "-out", at("pem"), ...signing]);
    const cert = readFileSync(at("pem"), "utf8");
    const key = readFileSync(at("key"), "utf8");
    writeFileSync(at("store.pem"), key + cert);
    return { cert, key, store: at("store.pem") };
  }

  #file(extension: string): string {
    return join(this.#folder, `authority-${this.#name}.${extension}`);
  }
}

const newKey = ["req", "-new", "-newkey", "rsa:2048", "-nodes"];
const openssl = (args: readonly string[]): Promise<string> => runCommand("openssl", args, { timeoutMs: 30_000 });
