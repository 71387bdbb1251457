let made = 0;

/** What a faked `setTimeout` returns: as Node's, it can be cleared by its number, too. */
export class Timer {
  dueAt = 0;
  /** Below 0, unlike that of any real timer. */
  readonly id = --made;

  constructor(
    readonly run: () => void,
    private readonly start: (timer: Timer) => void,
  ) {
    start(this);
  }

  refresh(): this {
    this.start(this);
    return this;
  }

  ref(): this {
    return this;
  }

  unref(): this {
    return this;
  }

  hasRef(): boolean {
    return true;
  }

  [Symbol.toPrimitive](): number {
    return this.id;
  }
}
