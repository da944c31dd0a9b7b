import { type Back, back, type StepPosition } from "./ui.ts";

/**
 * One question of a wizard. It writes its answer into the draft, or says `back`. `when` leaves a question out while earlier answers
 * make it pointless; such questions are not counted either.
 */
export interface WizardStep<D> {
  when?: (draft: D) => boolean;
  ask(draft: D, position: StepPosition): Promise<undefined | Back>;
}

/**
 * Asks one question after the other, with Back. Resolves after the last; Escape rejects with CancelledError out of `ask`.
 * @param from "last": begins at the last question, the others counting as answered, to try again after a refusal
 */
export async function runWizard<D>(
  draft: D,
  steps: readonly WizardStep<D>[],
  from: "first" | "last" = "first",
): Promise<D> {
  const applies = (step: WizardStep<D>) => !step.when || step.when(draft);
  const asked = from === "first" ? [] : steps.flatMap((step, at) => (applies(step) ? [at] : []));
  let at = asked.pop() ?? 0;
  while (at < steps.length) {
    const step = steps[at]!;
    if (!applies(step)) {
      at++;
      continue;
    }
    const total = steps.filter(applies).length;
    const answer = await step.ask(draft, { step: asked.length + 1, total, canGoBack: asked.length > 0 });
    if (answer === back) at = asked.pop() ?? 0;
    else {
      asked.push(at);
      at++;
    }
  }
  return draft;
}
