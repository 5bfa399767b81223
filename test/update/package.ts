import { lstatSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { getPackage } from "../../src/upstream/get.ts";
import { linesByGit } from "../../src/upstream/merge-lines.ts";
import { type PlannedUpdate, planUpdate, type UpdateOptions } from "../../src/upstream/update.ts";
import { type Repository, World } from "../upstream/world.ts";

type Files = Readonly<Record<string, string | Buffer>>;

/** A package that was fetched from a repository, to be edited and updated. */
export class FetchedPackage {
  readonly world = new World();
  readonly repo: Repository;
  readonly folder: string;
  readonly lines: string[] = [];

  private constructor(folder: string) {
    this.repo = this.world.repository("pkgs");
    this.folder = join(this.world.work, folder);
  }

  /** Publishes the files of a package as `main` and gets it. */
  static async get(files: Files, directory = "/app"): Promise<FetchedPackage> {
    const fetched = new FetchedPackage("app");
    fetched.publish(files);
    await getPackage({
      upstream: { repo: fetched.repo.address, directory, ref: "main" },
      updateStrategy: "resource-merge",
      destination: fetched.folder,
      fetcher: fetched.world.fetcher(),
      signal: new AbortController().signal,
      report: () => {},
      blueprint: true,
    });
    return fetched;
  }

  [Symbol.dispose](): void {
    this.world[Symbol.dispose]();
  }

  publish(files: Files): string {
    const below = Object.entries(files).map(([path, content]) => [`app/${path}`, content] as const);
    return this.repo.commit(Object.fromEntries(below));
  }

  read(path: string): string {
    return readFileSync(join(this.folder, path), "utf8");
  }

  write(path: string, text: string): void {
    mkdirSync(dirname(join(this.folder, path)), { recursive: true });
    writeFileSync(join(this.folder, path), text);
  }

  edit(path: string, old: string | RegExp, text: string): void {
    const before = this.read(path);
    const after = before.replace(old, text);
    if (after === before) throw new Error(`${path} does not hold ${String(old)}`);
    this.write(path, after);
  }

  remove(path: string): void {
    rmSync(join(this.folder, path), { recursive: true });
  }

  /** Every file below the package with its content. */
  files(): Map<string, string> {
    const names = readdirSync(this.folder, { recursive: true, encoding: "utf8" }).sort();
    const files = names.filter(name => lstatSync(join(this.folder, name)).isFile());
    return new Map(files.map(name => [name, this.read(name)]));
  }

  async plan(more: Partial<UpdateOptions> = {}): Promise<PlannedUpdate> {
    const signal = new AbortController().signal;
    return await planUpdate({
      directory: this.folder,
      ref: undefined,
      strategy: undefined,
      onConflict: undefined,
      fetcher: this.world.fetcher(),
      signal,
      report: line => this.lines.push(line),
      mergeLines: linesByGit({ env: this.world.env, signal }),
      ...more,
    });
  }

  async update(more: Partial<UpdateOptions> = {}): Promise<PlannedUpdate> {
    const planned = await this.plan(more);
    planned.draft.commit();
    return planned;
  }
}

export const kptfile = (name: string, more = ""): string =>
  `apiVersion: kpt.dev/v1\nkind: Kptfile\nmetadata:\n  name: ${name}\n${more}`;

export const configMap = (name: string, ...data: string[]): string =>
  `apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: ${name}\ndata:\n${data.map(line => `  ${line}\n`).join("")}`;
