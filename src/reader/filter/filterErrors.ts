import type { FilterProblem } from "../../shared/messages.ts";

/** Why a filter cannot be used. */
export class FilterError extends Error {
  override readonly name = "FilterError";
  readonly problem: FilterProblem;

  constructor(problem: FilterProblem, cause: unknown) {
    super(problem.message, { cause });
    this.problem = problem;
  }
}

/** Why a filter cannot be applied to a record, a sentence. */
export class NotApplicable extends Error {
  override readonly name = "NotApplicable";
}
