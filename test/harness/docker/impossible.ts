/** The engine cannot run on this machine, and why: a sentence for the test report, not a failure. */
export class Impossible extends Error {}
