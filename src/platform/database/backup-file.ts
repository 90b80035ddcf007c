import { createReadStream, createWriteStream } from "node:fs";
import { rm } from "node:fs/promises";
import { pipeline, Readable } from "node:stream";
import { pipeline as runPipeline } from "node:stream/promises";
import { createGunzip, createGzip } from "node:zlib";

/** First line of a backup file. */
export interface BackupHeader {
  /** Version of the format. */
  readonly latchkeyBackup: 1;
  readonly createdAt: string;
  /** The database that was read; contains no credentials. */
  readonly database: string;
  /** The migrations that made its tables. */
  readonly migrations: readonly string[];
}
/** Some rows of a table: text, numbers and null; instants in ISO 8601. */
export interface BackupBatch {
  readonly table: string;
  readonly columns: readonly string[];
  readonly rows: readonly (readonly unknown[])[];
}
/** Last line: without it, the file is incomplete. */
interface BackupEnd {
  readonly totalRows: number;
}

/** Writes a new file, readable by its owner only: gzip of one JSON document per line. An incomplete file is removed. */
export async function writeBackupFile(file: string, header: BackupHeader, batches: AsyncIterable<BackupBatch>): Promise<number> {
  const end = { totalRows: 0 };
  async function* lines() {
    yield `${JSON.stringify(header)}\n`;
    for await (const batch of batches) {
      end.totalRows += batch.rows.length;
      yield `${JSON.stringify(batch)}\n`;
    }
    yield `${JSON.stringify(end satisfies BackupEnd)}\n`;
  }
  // The file must not exist: opened before anything could remove it.
  const target = createWriteStream(file, { mode: 0o600, flags: "wx", flush: true });
  await new Promise((resolve, reject) => target.once("open", resolve).once("error", reject));
  try {
    await runPipeline(Readable.from(lines()), createGzip(), target);
  } catch (error) {
    await rm(file, { force: true });
    throw error;
  }
  return end.totalRows;
}

/** @throws Error when the file is not a backup of this format */
export async function readBackupHeader(file: string): Promise<BackupHeader> {
  for await (const line of linesOf(file)) {
    const header = JSON.parse(line) as BackupHeader;
    if (header.latchkeyBackup !== 1) throw new Error(`${file} was written by a newer release: restore it with that release`);
    return header;
  }
  throw incompleteFile(file);
}

/** @throws Error at the end when the file is incomplete */
export async function* readBackupBatches(file: string): AsyncGenerator<BackupBatch> {
  let rows = 0;
  let end: BackupEnd | undefined;
  let isHeader = true;
  for await (const line of linesOf(file)) {
    const entry = JSON.parse(line) as BackupBatch | BackupEnd;
    if (isHeader) isHeader = false;
    else if ("totalRows" in entry) end = entry;
    else {
      rows += entry.rows.length;
      yield entry;
    }
  }
  if (end?.totalRows !== rows) throw incompleteFile(file);
}

/** Not `node:readline`, which also splits at U+2028 and U+2029, which JSON text may contain. */
async function* linesOf(file: string): AsyncGenerator<string> {
  const text = pipeline(createReadStream(file), createGunzip(), () => {}).setEncoding("utf8");
  let rest = "";
  try {
    for await (const chunk of text as AsyncIterable<string>) {
      const parts = (rest + chunk).split("\n");
      rest = parts.pop() ?? "";
      yield* parts;
    }
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === "Z_BUF_ERROR") throw incompleteFile(file);
    if (!code?.startsWith("Z_")) throw error;
    throw new Error(
      `${file} was not written by latchkey backup, or is damaged. Load dumps and copies of other tools with those tools, then run latchkey after-restore --yes`,
      { cause: error },
    );
  }
}

const incompleteFile = (file: string) => new Error(`${file} is incomplete: it ends before the end of the backup`);
