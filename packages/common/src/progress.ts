/** Where long work reports how far it is; the CLI draws it on stderr, tests leave it out. */
export interface Progress {
  /** `done` of `total` units of the step named `step`; `note` is a short live remark (an incumbent, a rate). */
  update(step: string, done: number, total: number, note?: string): void;
  /** Asked between units of work: true when the user wants it to stop. */
  readonly cancelled?: boolean;
}

export const noProgress: Progress = { update: () => {} };
