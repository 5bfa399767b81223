import { readdirSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";

/** Hidden, so that nobody takes it for content; readers of packages leave it out. */
const prefix = ".kpt-staged-";
const ofFolder = "new-";

/** Whether a name is that of something half written. */
export function isStaged(name: string): boolean {
  return name.startsWith(prefix);
}

/** How staged files and folders of this process are named: whose they are must be known without opening them. */
export function stagingName(): string {
  return `${prefix}${process.pid}-${startOf(process.pid)}-`;
}

/** The same for a folder that is to appear whole under another name. */
export function stagedFolderName(): string {
  return `${stagingName()}${ofFolder}`;
}

/** Whether a name is that of something half written whose process has ended. */
export function isAbandoned(name: string): boolean {
  const owner = pattern.exec(name);
  return owner !== null && !isRunning(Number(owner[1]), owner[2] ?? "");
}

/** Whether something half written is a folder that never got its name. */
export function isStagedFolder(name: string): boolean {
  return pattern.exec(name)?.[3]?.startsWith(ofFolder) === true;
}

/** Removes the folders in a folder that killed processes have left without a name. */
export function clearStagedFolders(parent: string): void {
  for (const name of readdirSync(parent)) {
    if (isStagedFolder(name) && isAbandoned(name)) clear(join(parent, name));
  }
}

/** Removes what nobody will finish; if that can't be done, it stays, hidden. */
export function clear(staging: string): void {
  try {
    rmSync(staging, { recursive: true, force: true });
  } catch {
    // on a read-only file system, say
  }
}

const pattern = new RegExp(`^\\${prefix}(\\d+)-(\\d*)-(.*)$`);

/** When a process started, in the kernel's own count; tells a reused process id apart. Empty where unknown. */
function startOf(pid: number): string {
  try {
    const text = readFileSync(`/proc/${pid}/stat`, "utf8");
    return text.slice(text.lastIndexOf(")") + 2).split(" ")[19] ?? "";
  } catch {
    return "";
  }
}

function isRunning(pid: number, started: string): boolean {
  try {
    process.kill(pid, 0);
  } catch {
    return false;
  }
  return startOf(pid) === started;
}
