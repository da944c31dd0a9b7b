/** What is wrong with text that a person wrote, and where: a position in it, in UTF-16 units from 0. */
export class TextProblem extends Error {
  readonly at: number;

  constructor(message: string, at: number) {
    super(message);
    this.at = at;
  }
}
