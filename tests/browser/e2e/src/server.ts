/** A server of the spec's own, to take away in the middle and bring back at the same address. */

import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";

export class OwnServer {
  private constructor(
    private readonly process: ChildProcess,
    readonly url: string,
  ) {}

  /** `command` starts it, but for its port. */
  static async started(command: readonly string[], port = "0"): Promise<OwnServer> {
    const [program = "", ...words] = command;
    const process = spawn(program, [...words, port], { stdio: ["ignore", "pipe", "inherit"] });
    let said = "";
    return new Promise((resolve, reject) => {
      process.once("exit", (code) => reject(new Error(`the server ended with ${code}: ${said}`)));
      process.stdout.on("data", (chunk) => {
        said += String(chunk);
        const url = /http:\/\/[\d.:]+/.exec(said)?.[0];
        if (url) resolve(new OwnServer(process, url));
      });
    });
  }

  get port(): string {
    return new URL(this.url).port;
  }

  /** It takes what is sent, and does not answer. */
  hang(): void {
    this.process.kill("SIGSTOP");
  }

  async die(): Promise<void> {
    if (this.process.exitCode !== null || this.process.signalCode !== null) return;
    const ended = once(this.process, "exit");
    this.process.kill("SIGKILL");
    await ended;
  }
}
