/** Runs a limited number of tasks at once. The others wait in order, and leave the queue when they are aborted. */

export class TaskLimit {
  private free: number;
  private readonly queue: (() => void)[] = [];

  constructor(limit: number) {
    this.free = limit;
  }

  async run<Result>(signal: AbortSignal, task: () => Promise<Result>): Promise<Result> {
    if (this.free > 0) this.free -= 1;
    else await this.turn(signal);
    try {
      signal.throwIfAborted();
      return await task();
    } finally {
      const next = this.queue.shift();
      if (next) next();
      else this.free += 1;
    }
  }

  /** Resolves when the task may start. */
  private turn(signal: AbortSignal): Promise<void> {
    return new Promise((resolve, reject) => {
      const enter = () => {
        signal.removeEventListener("abort", leave);
        resolve();
      };
      const leave = () => {
        this.queue.splice(this.queue.indexOf(enter), 1);
        reject(signal.reason);
      };
      this.queue.push(enter);
      signal.addEventListener("abort", leave, { once: true });
    });
  }
}
