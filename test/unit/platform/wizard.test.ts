import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { Owner } from "../../../src/platform/disposables.ts";
import { back, type StepPosition } from "../../../src/platform/ui.ts";
import { runWizard, type WizardStep } from "../../../src/platform/wizard.ts";

interface Draft {
  tls: boolean;
  asked: string[];
}

/** Steps "a", "tls" (only with tls), "z" that answer from a script and note where they stood. */
function scripted(answers: Record<string, (typeof back | undefined)[]>): WizardStep<Draft>[] {
  const step = (name: string): WizardStep<Draft> => ({
    async ask(draft, { step, total, canGoBack }: StepPosition) {
      draft.asked.push(`${name} ${step}/${total}${canGoBack ? " <" : ""}`);
      return answers[name]?.shift();
    },
  });
  return [step("a"), { ...step("tls"), when: (draft) => draft.tls }, step("z")];
}

describe("a wizard", () => {
  it("asks each question once, counting only those that apply", async () => {
    const draft = await runWizard({ tls: false, asked: [] as string[] }, scripted({}));
    assert.deepEqual(draft.asked, ["a 1/2", "z 2/2 <"]);
  });

  it("goes back to the question before, over those left out", async () => {
    const draft = await runWizard({ tls: false, asked: [] as string[] }, scripted({ z: [back] }));
    assert.deepEqual(draft.asked, ["a 1/2", "z 2/2 <", "a 1/2", "z 2/2 <"]);
  });

  it("can begin at the last question, with the way back open", async () => {
    const draft = await runWizard({ tls: true, asked: [] as string[] }, scripted({ z: [back] }), "last");
    assert.deepEqual(draft.asked, ["z 3/3 <", "tls 2/3 <", "z 3/3 <"]);
  });
});

describe("an owner", () => {
  it("disposes in reverse, and late arrivals at once", () => {
    const seen: string[] = [];
    const owner = new Owner();
    owner.own({ dispose: () => seen.push("first") });
    owner.own({ dispose: () => seen.push("second") });
    owner.dispose();
    owner.own({ dispose: () => seen.push("late") });
    owner.dispose();
    assert.deepEqual(seen, ["second", "first", "late"]);
  });
});
