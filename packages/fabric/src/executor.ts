/** A packet that leaves a pass, and the port it leaves by. */
export interface PassOutput {
  port: number;
  bytes: Uint8Array;
}

/**
 * One pipe: what its program and tables do with a packet in one pass. A packet that leaves by a loopback port is an output
 * like any other; the simulator brings it back.
 */
export interface PipeExecutor {
  /** @param bytes stay as they are; outputs are new, or the same where nothing changed */
  process(port: number, bytes: Uint8Array): readonly PassOutput[];
  /** Registers are as at power-on; tables stay. */
  restart(): void;
  /** What the program counted, such as packets that it dropped as stale. */
  counters?(): Record<string, number>;
}

/**
 * How an executor is made, as data that a thread can be given: a module whose default export is an ExecutorFactory, and
 * its argument. Shared buffers in the argument are shared, not copied.
 */
export interface ExecutorSpec {
  /** File URL of the module. */
  module: string;
  argument: unknown;
}

export type ExecutorFactory = (argument: never) => PipeExecutor | Promise<PipeExecutor>;

export async function makeExecutor({ module, argument }: ExecutorSpec): Promise<PipeExecutor> {
  const { default: factory } = (await import(module)) as { default: ExecutorFactory };
  return factory(argument as never);
}
