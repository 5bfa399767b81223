export { type Clock, ManualClock, systemClock } from "./clock.ts";
export type { Delays, SandboxOptions } from "./cluster.ts";
export type { Fault } from "./faults.ts";
export { type Listening, type ListenOptions, listen } from "./listen.ts";
export type { SandboxRequest, SandboxResponse } from "./protocol.ts";
export { createSandbox, type Sandbox } from "./sandbox.ts";
