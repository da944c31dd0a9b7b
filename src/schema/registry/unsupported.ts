import { UserError } from "../../shared/userError.ts";

/** For what a kind of registry does not have. */
export const unsupported = (sentence: string): Promise<never> =>
  Promise.reject(new UserError(`${sentence}.`, { code: "unsupported" }));
