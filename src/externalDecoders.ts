import type { DecodedPayload, PayloadDecoder } from "../docs/kafka-workbench.d.ts";
import type { ExternalDecoded } from "./schema/api.ts";
import { cutAt } from "./shared/cutAt.ts";
import { messageOf, UserError } from "./shared/userError.ts";

/** how long a decoder may take for one payload, ms */
const PATIENCE = 2000;
/** characters of one payload */
const MOST = 16_000_000;

/** characters of a problem: it stands in a row */
const MOST_WORDS = 1000;

const shortened = (text: string): string => (text.length > MOST_WORDS ? `${cutAt(text, MOST_WORDS)}…` : text);

export interface OfferedDecoder {
  id: string;
  label: string;
  detail: string;
}

/** Decoders that other extensions have registered. What they do is not trusted: it ends, and it is checked. */
export class ExternalDecoders {
  readonly #known = new Map<string, PayloadDecoder>();

  /** Throws when the id is taken, or what is given is no decoder. */
  register(decoder: PayloadDecoder): { dispose(): void } {
    const { id, label } = decoder;
    if (typeof id !== "string" || id === "" || typeof label !== "string" || typeof decoder.decode !== "function")
      throw new TypeError("A decoder has an id, a label and a function decode.");
    if (this.#known.has(id)) throw new Error(`A decoder with the id ${id} is registered already.`);
    this.#known.set(id, decoder);
    return {
      dispose: () => {
        if (this.#known.get(id) === decoder) this.#known.delete(id);
      },
    };
  }

  offered(): OfferedDecoder[] {
    return [...this.#known.values()].map(({ id, label, detail }) => ({ id, label, detail: detail ?? "" }));
  }

  /** Rejects with a UserError whose sentence can stand in a row. */
  async decode(
    id: string,
    bytes: Uint8Array,
    about: { topic: string; part: "key" | "value" },
  ): Promise<ExternalDecoded> {
    const decoder = this.#known.get(id);
    if (!decoder) {
      throw new UserError("the extension that offers it is not installed, or has not started yet", {
        code: "no-decoder",
      });
    }
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<never>((_, reject) => {
      timer = setTimeout(
        () => reject(new UserError(`it took longer than ${PATIENCE / 1000} s`, { code: "late" })),
        PATIENCE,
      );
    });
    try {
      // a copy: what a decoder does to it is not done to the message
      return checked(await Promise.race([decoder.decode({ bytes: new Uint8Array(bytes), ...about }), late]));
    } catch (error) {
      const message = messageOf(error);
      throw message.length > MOST_WORDS
        ? new UserError(shortened(message), { code: "bad-answer", cause: error })
        : error;
    } finally {
      clearTimeout(timer);
    }
  }
}

function checked(decoded: DecodedPayload): ExternalDecoded {
  const isObject = typeof decoded === "object" && decoded !== null;
  const json = isObject && "json" in decoded ? decoded.json : null;
  const text = json ?? (isObject && "text" in decoded ? decoded.text : null);
  if (typeof text !== "string") throw new UserError("it gave neither json nor text", { code: "bad-answer" });
  if (text.length > MOST)
    throw new UserError(`it gave more than ${MOST.toLocaleString("en")} characters`, { code: "bad-answer" });
  if (json !== null) {
    try {
      JSON.parse(json);
    } catch {
      throw new UserError("what it gave as json is not JSON", { code: "bad-answer" });
    }
  }
  const problems = Array.isArray(decoded.problems) ? decoded.problems.filter((one) => typeof one === "string") : [];
  return { text, json: json !== null, problems: problems.slice(0, 20).map(shortened) };
}
